// drayd: command line, configuration, signals; everything else is Broker.
#include <unistd.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <memory>

#include "admin/schemas.h"
#include "admin/token_file.h"
#include "app/auth_files.h"
#include "app/bridges.h"
#include "app/broker.h"
#include "app/command_line.h"
#include "app/config_loader.h"
#include "app/find_console.h"
#include "app/service_manager.h"
#include "app/sinks.h"
#include "app/system.h"
#include "app/version.h"
#include "net/tls_memory.h"
#include "reactor/log.h"

namespace dray::app {

namespace {

using namespace std::chrono_literals;

constexpr auto kStopPatience = 9s;  // most supervisors kill after ten
constexpr auto kDrainStep = 100ms;

ConfigLoader load(const CommandLine& line) {
    ConfigLoader loader;
    if (!line.config_file.empty()) loader.read_file(line.config_file);
    loader.read_environment(environ);
    for (const auto& [option, key, text] : line.settings) {
        const std::string where = "option " + option + ' ' + text;
        key.empty() ? loader.set(text, where) : loader.set(key, text, where);
    }
    loader.check_whole();
    if (line.action != CommandLine::Action::kPrintConfig) loader.check_files();
    return loader;
}

int fail(const std::string& why) {
    reactor::log_error("cannot start", {{"why", why}});
    return 1;
}

void reload(const CommandLine& line, Broker& broker) {
    const ConfigLoader loader = load(line);
    for (const std::string& error : loader.errors())
        reactor::log_error("the configuration was not reloaded: the old one stays in force",
                           {{"why", error}});
    if (loader.errors().empty()) broker.reload(loader.config());
}

// Serves until a signal ends it, which is returned.
std::string serve(const CommandLine& line, Broker& broker, Signals& signals, ServiceManager& manager) {
    while (true) {
        const auto signal = signals.wait(manager.alive_interval());
        if (!signal) {
            // A shard that does not turn any more is for the manager to see.
            if (broker.is_alive()) manager.alive();
        } else if (*signal == Signals::kReload) {
            reload(line, broker);
        } else {
            return *signal;
        }
    }
}

// As this process would load it; "" = its own file.
ConfigLoader load_from(CommandLine line, const std::string& file) {
    if (!file.empty()) line.config_file = file;
    return load(line);
}

// Sends the clients away one after the other: all of them at once would be trouble for whoever they go to.
// Another signal ends the waiting.
void drain(Broker& broker, Signals& signals, ServiceManager& manager) {
    const auto time = broker.drain_time();
    if (time < kDrainStep) return;
    reactor::log_info("draining", {{"over_ms", static_cast<std::uint64_t>(time.count())}});
    for (auto steps = static_cast<unsigned>(time / kDrainStep); steps > 0; --steps) {
        broker.send_away_one_of(steps);
        if (broker.is_alive()) manager.alive();
        const auto signal = signals.wait(kDrainStep);
        if (signal && *signal != Signals::kReload) return;
    }
}

int run(const CommandLine& line, const Config& config) {
    reactor::configure_log(config.log_level, config.log_format, config.log_lines_per_s_max);
    Signals signals;
    ServiceManager manager;
    const OpenFilesLimit files = raise_open_files_limit();
    ask_for_short_time_slices();
    reactor::log_info("starting", {{"version", kVersion}, {"open_files_max", files.now}});
    std::unique_ptr<Broker> broker;
    try {
        broker = std::make_unique<Broker>(config,
                                          [line](const std::string& file) { return load_from(line, file); });
        broker->start();
    } catch (const std::exception& error) {
        return fail(error.what());
    }
    std::cout << broker->ready_line() << std::endl;
    manager.ready(broker->ready_line());

    const std::string signal = serve(line, *broker, signals, manager);
    reactor::log_info("stopping", {{"why", signal}});
    manager.stopping("takes leave of its clients", broker->drain_time() + kStopPatience);
    drain(*broker, signals, manager);
    signals.next_one_exits();
    if (!broker->stop(kStopPatience)) {
        reactor::log_error("did not stop in time", {{"why", "a shard or the disk is busy"}});
        ::_exit(1);
    }
    reactor::log_info("stopped");
    return 0;
}

// The files that the configuration names.
int check_files(const Config& config) {
    try {
        make_authenticator(config);
        make_access_rules(config);
        read_operators(config);
        admin::read_schemas(config.schema_dir);
        find_console(config.console_dir);
        for (const bridge::BridgeOptions& options : config.bridges) password_of(options);
        for (const sink::SinkOptions& options : config.sinks) password_of(options);
    } catch (const std::exception& error) {
        std::cerr << "drayd: " << error.what() << '\n';
        return 1;
    }
    std::cout << "the configuration is valid\n";
    return 0;
}

int main(int count, const char* const* arguments) {
    open_missing_standard_files();
    ignore_broken_pipes();
    net::keep_tls_buffers();
    const CommandLine line = parse_command_line(count, arguments, kVersion);
    if (line.action == CommandLine::Action::kExit) return line.exit_code;
    if (line.action == CommandLine::Action::kHashPassword) return hash_password(line.user);

    const ConfigLoader loader = load(line);
    for (const std::string& error : loader.errors()) std::cerr << "drayd: " << error << '\n';
    if (!loader.errors().empty()) return 1;
    switch (line.action) {
        case CommandLine::Action::kCheckConfig:
            return check_files(loader.config());
        case CommandLine::Action::kPrintConfig:
            std::cout << print_config(loader);
            return 0;
        default:
            return run(line, loader.config());
    }
}

}  // namespace

}  // namespace dray::app

int main(int count, char** arguments) {
    return dray::app::main(count, arguments);
}
