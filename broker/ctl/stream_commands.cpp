// drayctl stream create|delete|ls
#include <algorithm>

#include "ctl/command.h"
#include "ctl/option_types.h"
#include "ctl/table.h"
#include "ctl/taker_commands.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

using Align = Table::Align;

const TakerKind kStream{"stream", "readers"};

std::string stream_table(const Json& streams) {
    if (streams.empty())
        return "there are no streams; `drayctl stream create --help` shows how to make one\n";
    Table table({{"NAME"},
                 {"MESSAGES", Align::kRight},
                 {"BYTES", Align::kRight},
                 {"OFFSETS", Align::kRight},
                 {"OLDEST"},
                 {"READERS", Align::kRight},
                 {"LAG", Align::kRight},
                 {"FILTERS"}});
    for (const Json& stream : streams) {
        std::uint64_t lag = 0;
        for (const Json& reader : stream["readers"]) lag = std::max(lag, number_of(reader["lag"]));
        std::string filters;
        for (const Json& filter : stream["options"]["filters"]) {
            filters += (filters.empty() ? "" : ", ") + filter.get<std::string>();
        }
        const bool is_empty = number_of(stream["messages"]) == 0;
        const std::string offsets =
            stream["first_offset"].dump() + ".." + std::to_string(number_of(stream["next_offset"]) - 1);
        table.add({printable(stream["name"]), show_count(number_of(stream["messages"])),
                   show_bytes(number_of(stream["bytes"])), is_empty ? "" : offsets,
                   is_empty ? "" : stream["oldest_at"].get<std::string>(),
                   std::to_string(stream["readers"].size()), show_count(lag), printable(filters)});
    }
    return table.text();
}

void add_create_stream(CLI::App& group, Globals& globals) {
    const auto [create, options] = add_create(group, globals, kStream);
    Json& body = *options;
    create.get_option("--filter")->required();
    add_field<std::uint64_t>(create, "--keep-bytes", body, "retention_bytes",
                             "how much it keeps; the oldest goes first")
        ->transform(size_bytes());
    add_field<std::uint64_t>(create, "--keep-for", body, "retention_s", "how long it keeps a message")
        ->transform(duration_s());
    create.footer(
        "Example: drayctl stream create events --filter 'order/#' --keep-for 7d --keep-bytes 10GiB");
}

void add_stream_list(CLI::App& group, Globals& globals) {
    CLI::App& list = *group.add_subcommand("ls", "List all streams, as they stand");
    list.footer("Example: drayctl stream ls --json | jq '.streams[].readers[] | select(.lag > 1000)'");
    list.callback([&globals] {
        const Json answer = globals.ask("GET", kStream.path());
        globals.print(answer, stream_table(answer["streams"]));
    });
}

}  // namespace

void add_stream_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("stream", "Streams: create, delete, ls");
    group->require_subcommand(1);
    add_create_stream(*group, globals);
    add_delete(*group, globals, kStream);
    add_stream_list(*group, globals);
}

}  // namespace dray::ctl
