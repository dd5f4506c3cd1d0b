// The only place that knows CLI11.
#include "app/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace dray::app {

namespace {

constexpr const char* kFooter = R"(
Every key of the configuration can be set by the environment as DRAY__SECTION__KEY and by --set section.key=value.
The command line wins over the environment, the environment over the file. `drayd --print-config` lists all keys.)";

// CLI11 takes `--ws= --threads 2` as a --ws of "--threads"; `--ws ""` it understands. Last argument first, as
// it wants them.
std::vector<std::string> reversed(int count, const char* const* arguments) {
    std::vector<std::string> result;
    for (int i = 1; i < count; ++i) {
        std::string argument = arguments[i];
        const bool empty_value = argument.starts_with("--") && argument.find('=') == argument.size() - 1;
        if (empty_value) argument.pop_back();
        result.push_back(std::move(argument));
        if (empty_value) result.emplace_back();
    }
    std::reverse(result.begin(), result.end());
    return result;
}

}  // namespace

CommandLine parse_command_line(int count, const char* const* arguments, const char* version) {
    CommandLine line;
    CLI::App app("drayd: an MQTT 3.1.1 and 5.0 broker over TCP, TLS and WebSocket", "drayd");
    app.footer(kFooter);
    app.set_version_flag("--version", version);
    app.add_option("--config", line.config_file, "configuration file (TOML)")->type_name("FILE");

    const auto shorthand = [&](const char* option, const char* key, const char* type, const char* what) {
        app.add_option_function<std::string>(
               option,
               [&line, option, key](const std::string& text) {
                   line.settings.push_back({option, key, text});
               },
               what)
            ->type_name(type)
            ->trigger_on_parse();
    };
    shorthand("--mqtt", "listeners.mqtt", "HOST:PORT",
              "listen for MQTT over TCP (or unix:/PATH); port 0: the system chooses");
    shorthand("--ws", "listeners.ws", "HOST:PORT", "listen for MQTT over WebSocket");
    shorthand("--mqtts", "listeners.mqtts", "HOST:PORT", "listen for MQTT over TLS; needs --cert and --key");
    shorthand("--wss", "listeners.wss", "HOST:PORT", "listen for MQTT over WebSocket over TLS");
    shorthand("--cert", "listeners.certificate_file", "FILE", "certificate of the TLS listeners (PEM)");
    shorthand("--key", "listeners.private_key_file", "FILE", "its private key (PEM)");
    shorthand("--admin", "admin.bind", "HOST:PORT",
              "listen for drayctl and Prometheus (HTTP); off by default");
    shorthand("--data-dir", "data_dir", "DIR", "keep state there; without it nothing is kept on disk");
    shorthand("--threads", "threads", "N", "shards, one thread each; 0 = one per processor");
    app.add_option_function<std::vector<std::string>>(
           "--set",
           [&line](const std::vector<std::string>& texts) {
               for (const std::string& text : texts) line.settings.push_back({"--set", "", text});
           },
           "set any key of the configuration; may be repeated")
        ->type_name("KEY=VALUE")
        ->expected(1)
        ->trigger_on_parse();
    const auto action = [&](const char* option, CommandLine::Action chosen, const char* what) {
        app.add_flag_callback(
            option, [&line, chosen] { line.action = chosen; }, what);
    };
    action("--check-config", CommandLine::Action::kCheckConfig,
           "check the configuration and exit with 0 or 1");
    action("--print-config", CommandLine::Action::kPrintConfig,
           "print the configuration with all defaults, and where each value comes from");
    app.add_option_function<std::string>(
           "--hash-password",
           [&line](const std::string& user) {
               line.action = CommandLine::Action::kHashPassword;
               line.user = user;
           },
           "ask for a password and print the line of USER for auth.password_file")
        ->type_name("USER");
    try {
        app.parse(reversed(count, arguments));
    } catch (const CLI::ParseError& error) {
        line.action = CommandLine::Action::kExit;
        line.exit_code = app.exit(error) == 0 ? 0 : 1;
    }
    return line;
}

}  // namespace dray::app
