// drayctl sink ls
#include "ctl/command.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

using Align = Table::Align;

std::string sink_table(const Json& sinks) {
    if (sinks.empty()) return "there are no sinks; drayd.toml(5), SINKS, shows how to declare one\n";
    Table table({{"NAME"},
                 {"STREAM"},
                 {"TO"},
                 {"STATE"},
                 {"LAG", Align::kRight},
                 {"CONFIRMED", Align::kRight},
                 {"REPEATED", Align::kRight},
                 {"REFUSED", Align::kRight},
                 {"DEAD", Align::kRight}});
    std::string reasons;
    for (const Json& sink : sinks) {
        table.add({printable(sink["name"]), printable(sink["stream"]), printable(sink["destination"]),
                   printable(sink["state"]), show_count(number_of(sink["lag"])),
                   show_count(number_of(sink["messages"])), show_count(number_of(sink["repeated"])),
                   show_count(number_of(sink["refused"])), show_count(number_of(sink["dead_lettered"]))});
        const std::string why = printable(sink["why"]);
        if (!why.empty()) reasons += printable(sink["name"]) + ": " + why + '\n';
    }
    return table.text() + (reasons.empty() ? "" : '\n' + reasons);
}

}  // namespace

void add_sink_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("sink", "Sinks to Kafka and AMQP: ls");
    group->require_subcommand(1);
    CLI::App& list = *group->add_subcommand("ls", "List all sinks: how far they are, and why one is down");
    list.footer("Example: drayctl --json sink ls | jq '.sinks[] | select(.state != \"up\") | .why'");
    list.callback([&globals] {
        const Json answer = globals.ask("GET", "/api/v1/sinks");
        globals.print(answer, sink_table(answer["sinks"]));
    });
}

}  // namespace dray::ctl
