#include "program/options.h"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <charconv>
#include <stdexcept>

#include "program/scenario_file.h"

namespace dray::program {
namespace {

constexpr std::string_view kScheme = "mqtt://";
constexpr double kDryRunSeconds = 600;

constexpr const char* kFooter = R"(
Vehicles listen on order/ship/<zip>/# for the zip they are in and on vehicle/<id>/command; they publish
order/bid/<zip>/<order>/<id>, vehicle/<id>/status (retained; also the will) and, once a second, vehicle/<id>/location.
They drive --speed times as fast as real ones; offers, bids and positions keep to the wall clock.

On a terminal: space pauses, + and - change the speed, q stops. SIGUSR1 pauses and goes on.
SIGINT or SIGTERM: every vehicle says that it is offline and disconnects; a second signal leaves at once.
A broker that is lost later is tried again for ever, with growing random waits.

Exit codes: 0 stopped as asked; 1 could not start (broker not reached within 10 s, login refused, map or scenario
unusable, too few open files allowed) or the trips could not be written; 2 the command line is wrong.)";

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

// What the command line says before it is put together.
struct Words {
    std::string broker_url = "mqtt://127.0.0.1:1883";
    std::filesystem::path scenario{};
    std::uint32_t vehicles = 200;
    std::uint64_t seed = 1;
    std::vector<std::string> zips{};
};

void declare(CLI::App& app, Options& options, Words& words) {
    app.add_option("--broker", words.broker_url, "mqtt://[USER[:PASSWORD]@]HOST[:PORT]")
        ->capture_default_str();
    app.add_option(
        "--scenario", words.scenario,
        "TOML file that says who drives where and when, and what goes wrong; options given here overrule it");
    app.add_flag("--commands", options.commands_allowed, "let the scenario run its commands, by the shell")
        ->needs("--scenario");
    app.add_option("--vehicles", words.vehicles, "how many vehicles, each a client of its own")
        ->check(CLI::Range(1U, kVehiclesMax))
        ->excludes("--scenario")
        ->capture_default_str();
    app.add_option("--seed", words.seed, "the same seed gives the same trips")->capture_default_str();
    app.add_option("--speed", options.speed, "simulated seconds of driving a real second")
        ->check(CLI::Range(0.0, kSpeedMax))
        ->capture_default_str();
    app.add_option("--map", options.map,
                   "folder with streets.json and zips.json, or a city out of OpenStreetMap as .osm.pbf")
        ->capture_default_str();
    app.add_option("--zips", words.zips,
                   "zip codes to start in, for example 60614,60657 (default: all of the map)")
        ->delimiter(',')
        ->excludes("--scenario");
    app.add_option("--ramp", options.links.connects_per_second_max, "new connections a second, at most")
        ->check(CLI::Range(1U, kRampMax))
        ->capture_default_str();
    app.add_option(
           "--source", options.links.sources,
           "addresses to connect from, in turn, for example 127.0.0.1,127.0.0.2: each has some 28,000 ports")
        ->delimiter(',');
    app.add_option("--prefix", options.prefix,
                   "of the vehicles' ids, so that several fleets can share a broker")
        ->check([](const std::string& text) {
            return text.empty() || text.find_first_of("/+#") != std::string::npos
                       ? "must not be empty or contain / + #"
                       : std::string();
        })
        ->capture_default_str();
    app.add_option("--first", options.first, "number of the first vehicle")->capture_default_str();
    app.add_option("--duration", options.duration_s,
                   "stop after so many seconds (0: when told to); of a dry run, simulated ones (0: 600)")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--trips", options.trips,
                   "file that the trips are written to at the end: .gpx or .geojson; who only stood has none")
        ->check([](const std::string& text) {
            const auto ending = std::filesystem::path(text).extension();
            return ending == ".gpx" || ending == ".geojson" ? std::string() : "must end in .gpx or .geojson";
        });
    app.add_flag("--clean", options.clean_session,
                 "clean sessions: the broker forgets a vehicle that loses its connection");
    app.add_flag("--dry-run", options.dry_run,
                 "the model alone, without a broker, as fast as it goes; orders come from the scenario");
    app.add_flag("--json", options.json, "the status as JSON lines, once a second; the report as the last");
}

// The scenario of the file, or one of a single group; what the command line says of it overrules it.
void put_together(const CLI::App& app, Options& options, const Words& words) {
    options.links.broker = parse_broker_url(words.broker_url);
    options.broker_url = without_password(options.links.broker);
    if (words.scenario.empty()) {
        options.scenario.groups = {{.name = {}, .vehicles = words.vehicles, .zips = words.zips}};
    } else {
        const auto said = [&](const char* name) { return app.count(name) > 0; };
        ScenarioFile file = read_scenario(words.scenario);
        options.scenario = std::move(file.scenario);
        options.commands = std::move(file.commands);
        if (file.map && !said("--map")) options.map = *file.map;
        if (file.speed && !said("--speed")) options.speed = *file.speed;
        if (file.duration_s && !said("--duration")) options.duration_s = *file.duration_s;
        if (file.ramp_per_s && !said("--ramp")) options.links.connects_per_second_max = *file.ramp_per_s;
    }
    if (words.scenario.empty() || app.count("--seed") > 0) options.scenario.seed = words.seed;
    if (options.dry_run && options.duration_s == 0) options.duration_s = kDryRunSeconds;
}

}  // namespace

void append_vehicle_id(std::string& text, const Options& options, std::uint32_t vehicle) {
    fmt::format_to(std::back_inserter(text), "{}{:04}", options.prefix, options.first + vehicle);
}

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
    Words words;
    options.map = default_map(argv[0]);
    CLI::App app("dray-fleet: delivery vehicles that drive on real streets, each an MQTT client");
    app.footer(kFooter);
    declare(app, options, words);
    try {
        app.parse(argc, argv);
        put_together(app, options, words);
    } catch (const CLI::Success& help) {
        return {std::nullopt, app.exit(help)};
    } catch (const CLI::ParseError& error) {
        app.exit(error);
        return {std::nullopt, kExitUsage};
    } catch (const std::invalid_argument& error) {
        std::cerr << "dray-fleet: " << error.what() << '\n';
        return {std::nullopt, kExitUsage};
    } catch (const std::runtime_error& error) {
        std::cerr << "dray-fleet: " << error.what() << '\n';
        return {std::nullopt, kExitCannotStart};
    }
    return {options, kExitOk};
}

}  // namespace dray::program
