#include "program/options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <stdexcept>

namespace dray::program {
namespace {

constexpr std::string_view kScheme = "mqtt://";
constexpr std::uint32_t kVehiclesMax = 1'000'000;

constexpr const char* kFooter = R"(
Vehicles listen on order/ship/<zip>/+ for their zip and those around it and on vehicle/<id>/command; they publish
order/bid/<zip>/<order>/<id>, vehicle/<id>/status (retained; also the will) and, once a second, vehicle/<id>/location.
They drive --speed times as fast as real ones; offers, bids and positions keep to the wall clock.

SIGINT or SIGTERM: every vehicle says that it is offline and disconnects; a second signal leaves at once.
A broker that is lost later is tried again for ever, with growing random waits.

Exit codes: 0 stopped as asked; 1 could not start (broker not reached within 10 s, login refused, map unusable, too few
open files allowed); 2 the command line is wrong.)";

std::filesystem::path default_map(const char* program) {
    std::error_code error;
    auto executable = std::filesystem::read_symlink("/proc/self/exe", error);
    if (error) executable = program;
    return executable.parent_path().parent_path() / "share" / "dray" / "chicago";
}

std::string without_password(const link::Broker& broker) {
    const bool v6 = broker.host.find(':') != std::string::npos;
    return std::string(kScheme) + (v6 ? "[" + broker.host + "]" : broker.host) + ":" +
           std::to_string(broker.port);
}

void declare(CLI::App& app, Options& options, std::string& broker_url) {
    app.add_option("--broker", broker_url, "mqtt://[USER[:PASSWORD]@]HOST[:PORT]")->capture_default_str();
    app.add_option("--vehicles", options.vehicles, "how many vehicles, each a client of its own")
        ->check(CLI::Range(1U, kVehiclesMax))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "the same seed gives the same trips")->capture_default_str();
    app.add_option("--speed", options.speed, "simulated seconds of driving a real second")
        ->check(CLI::Range(0.0, 1000.0))
        ->capture_default_str();
    app.add_option("--map", options.map, "folder with streets.json and zips.json")->capture_default_str();
    app.add_option("--zips", options.zips,
                   "zip codes to start in, for example 60614,60657 (default: all of the map)")
        ->delimiter(',');
    app.add_option("--ramp", options.ramp, "new connections a second, at most")
        ->check(CLI::Range(1U, 100'000U))
        ->capture_default_str();
    app.add_option("--prefix", options.prefix,
                   "of the vehicles' ids, so that several fleets can share a broker")
        ->check([](const std::string& text) {
            return text.empty() || text.find_first_of("/+#") != std::string::npos
                       ? "must not be empty or contain / + #"
                       : std::string();
        })
        ->capture_default_str();
    app.add_option("--first", options.first, "number of the first vehicle")->capture_default_str();
    app.add_option("--duration", options.duration_s, "stop after so many seconds (0: when told to)")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_flag("--clean", options.clean_session,
                 "clean sessions: the broker forgets a vehicle that loses its connection");
    app.add_flag("--json", options.json, "the status as JSON lines, once a second");
}

}  // namespace

link::Broker parse_broker_url(const std::string& url) {
    const auto refuse = [&](const std::string& why) -> std::invalid_argument {
        return std::invalid_argument("--broker " + url + ": " + why + " (expected mqtt://HOST:PORT)");
    };
    if (url.rfind(kScheme, 0) != 0) throw refuse("does not begin with mqtt://");
    std::string rest = url.substr(kScheme.size());
    if (!rest.empty() && rest.back() == '/') rest.pop_back();
    link::Broker broker;
    if (const auto at = rest.rfind('@'); at != std::string::npos) {
        const std::string login = rest.substr(0, at);
        const auto colon = login.find(':');
        broker.user_name = login.substr(0, colon);
        if (colon != std::string::npos) broker.password = login.substr(colon + 1);
        if (broker.user_name.empty())
            throw std::invalid_argument("--broker: the user name before '@' is empty");
        rest = rest.substr(at + 1);
    }
    std::string port;
    if (!rest.empty() && rest.front() == '[') {
        const auto close = rest.find(']');
        if (close == std::string::npos) throw refuse("the bracket of the address is not closed");
        broker.host = rest.substr(1, close - 1);
        port = rest.substr(close + 1);
    } else {
        const auto colon = rest.find(':');
        broker.host = rest.substr(0, colon);
        if (colon != std::string::npos) port = rest.substr(colon);
    }
    if (broker.host.empty() || broker.host.find('/') != std::string::npos)
        throw refuse("the host is missing or wrong");
    if (port.empty()) return broker;
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(port.data() + 1, port.data() + port.size(), number);
    if (port.front() != ':' || error != std::errc() || end != port.data() + port.size() || number == 0)
        throw refuse("the port must be a number from 1 to 65535");
    broker.port = number;
    return broker;
}

Parsed parse_options(int argc, const char* const* argv) {
    Options options;
    options.map = default_map(argv[0]);
    std::string broker_url = "mqtt://127.0.0.1:1883";
    CLI::App app("dray-fleet: delivery vehicles that drive on real streets, each an MQTT client");
    app.footer(kFooter);
    declare(app, options, broker_url);
    try {
        app.parse(argc, argv);
        options.broker = parse_broker_url(broker_url);
    } catch (const CLI::Success& help) {
        return {std::nullopt, app.exit(help)};
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return {std::nullopt, kExitUsage};
    } catch (const std::invalid_argument& error) {
        std::cerr << "dray-fleet: " << error.what() << '\n';
        return {std::nullopt, kExitUsage};
    }
    options.broker_url = without_password(options.broker);
    return {options, kExitOk};
}

}  // namespace dray::program
