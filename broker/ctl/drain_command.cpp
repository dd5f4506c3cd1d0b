// drayctl drain: an orderly end, one client after the other.
#include <memory>

#include "ctl/command.h"
#include "ctl/confirm.h"
#include "ctl/option_types.h"
#include "ctl/units.h"

namespace dray::ctl {

void add_drain_command(CLI::App& program, Globals& globals) {
    struct Options {
        Json body = Json::object();
        bool yes = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* drain = program.add_subcommand(
        "drain",
        "Take no more clients, send those that there are away, one after the other, and stop the broker");
    add_field<std::uint64_t>(
        *drain, "--over", options->body, "over_ms",
        "how long that takes; MQTT 5 clients are told where to go, if server_reference says so")
        ->transform(duration_ms());
    drain->add_flag("--yes", options->yes, "do not ask");
    drain->footer(
        "Without --over it takes as long as drain_ms in the configuration says. Example: drayctl drain "
        "--over 2m");
    drain->callback([&globals, options] {
        if (!confirm("Stop the broker?", options->yes)) return;
        const Json answer = globals.ask("POST", "/api/v1/drain", options->body);
        globals.print(answer, "its clients are sent away over " +
                                  show_duration(answer["over_ms"].get<std::uint64_t>()) +
                                  ", then it stops\n");
    });
}

}  // namespace dray::ctl
