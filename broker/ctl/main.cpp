// drayctl: the operator's command line. Most commands ask a running drayd by its admin API.
#include <iostream>

#include "ctl/command.h"
#include "ctl/failure.h"

namespace dray::ctl {

namespace {

constexpr const char* kFooter = R"(
Exit codes: 0 done, 1 refused or not found, 2 the command line is wrong, 3 the broker cannot be reached.
The broker's admin API is off unless it runs with --admin HOST:PORT or admin.bind in its configuration.)";

// The word that stands where a command is wanted and is none, and what would have been one; "" if that is not
// what is wrong. CLI11 would only say that a command is missing.
std::string wrong_command(const CLI::App& program) {
    const CLI::App* group = &program;
    while (!group->get_subcommands().empty()) group = group->get_subcommands().front();
    const std::vector<std::string> left = program.remaining(true);
    if (group->get_require_subcommand_min() == 0 || left.empty()) return {};
    std::string known;
    for (const CLI::App* command : group->get_subcommands([](const CLI::App*) { return true; }))
        known += ' ' + command->get_name();
    return "'" + left.front() + "' is not a command; there are:" + known;
}

int main(int count, const char* const* arguments) {
    CLI::App program("drayctl: asks and commands a Dray broker", "drayctl");
    program.footer(kFooter);
    program.set_version_flag("--version", "dray " DRAY_VERSION);
    program.require_subcommand(1);
    program.fallthrough();

    Globals globals;
    program.add_option("--admin", globals.admin.where, "where drayd's admin API is: HOST:PORT or unix:/PATH")
        ->envname("DRAYCTL_ADMIN")
        ->capture_default_str();
    program.add_option("--token-file", globals.token_file, "file whose first line is the API's token")
        ->envname("DRAYCTL_TOKEN_FILE")
        ->type_name("FILE");
    program.add_flag("--json", globals.json, "answer as JSON");
    add_status_command(program, globals);
    add_drain_command(program, globals);
    add_queue_commands(program, globals);
    add_dlq_commands(program, globals);
    add_stream_commands(program, globals);
    add_sink_commands(program, globals);
    add_config_commands(program, globals);
    add_import_command(program, globals);
    add_client_commands(program, globals);
    add_message_commands(program, globals);
    add_passwd_command(program, globals);
    add_store_commands(program, globals);
    add_top_command(program, globals);
    add_trace_commands(program, globals);

    try {
        program.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        if (const std::string wrong = wrong_command(program); !wrong.empty()) {
            std::cerr << "drayctl: " << wrong << '\n';
            return static_cast<int>(ExitCode::kUsage);
        }
        return program.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
    } catch (const Failure& failure) {
        std::cerr << "drayctl: " << failure.what() << '\n';
        return static_cast<int>(failure.code());
    }
    return 0;
}

}  // namespace

}  // namespace dray::ctl

int main(int count, char** arguments) {
    return dray::ctl::main(count, arguments);
}
