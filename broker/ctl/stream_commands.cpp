// drayctl stream create|delete|ls
#include <algorithm>
#include <memory>

#include "ctl/command.h"
#include "ctl/confirm.h"
#include "ctl/option_types.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

constexpr const char* kPath = "/api/v1/streams";

std::string path_of(const std::string& name) {
    return std::string(kPath) + '/' + percent_encode(name);
}

std::uint64_t number(const Json& json) {
    return json.get<std::uint64_t>();
}

std::string stream_table(const Json& streams) {
    if (streams.empty())
        return "there are no streams; `drayctl stream create --help` shows how to make one\n";
    using Align = Table::Align;
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
        for (const Json& reader : stream["readers"]) lag = std::max(lag, number(reader["lag"]));
        std::string filters;
        for (const Json& filter : stream["options"]["filters"]) {
            filters += (filters.empty() ? "" : ", ") + filter.get<std::string>();
        }
        const bool is_empty = number(stream["messages"]) == 0;
        const std::string offsets =
            stream["first_offset"].dump() + ".." + std::to_string(number(stream["next_offset"]) - 1);
        table.add({printable(stream["name"]), show_count(number(stream["messages"])),
                   show_bytes(number(stream["bytes"])), is_empty ? "" : offsets,
                   is_empty ? "" : stream["oldest_at"].get<std::string>(),
                   std::to_string(stream["readers"].size()), show_count(lag), printable(filters)});
    }
    return table.text();
}

void add_create(CLI::App& group, Globals& globals) {
    struct Options {
        Json body = Json::object();
        bool replace = false;
    };
    auto options = std::make_shared<Options>();
    Json& body = options->body;
    CLI::App& create = *group.add_subcommand("create", "Make a stream, or change one");
    add_field<std::string>(create, "name", body, "name", "what readers subscribe to: $stream/NAME")
        ->required();
    add_field<std::vector<std::string>>(create, "--filter", body, "filters",
                                        "topics that it takes in; may be repeated")
        ->required();
    add_field<std::uint64_t>(create, "--keep-bytes", body, "retention_bytes",
                             "how much it keeps; the oldest goes first")
        ->transform(size_bytes());
    add_field<std::uint64_t>(create, "--keep-for", body, "retention_s", "how long it keeps a message")
        ->transform(duration_s());
    create.add_flag("--replace", options->replace, "change a stream of that name to exactly these options");
    create.footer(
        "Example: drayctl stream create events --filter 'order/#' --keep-for 7d --keep-bytes 10GiB");
    create.callback([&globals, options] {
        const std::string name = options->body["name"];
        const Json stream = options->replace ? globals.ask("PUT", path_of(name), options->body)
                                             : globals.ask("POST", kPath, options->body);
        globals.print(stream, "stream '" + name + "' is there; readers subscribe to $stream/" + name + '\n');
    });
}

void add_delete(CLI::App& group, Globals& globals) {
    struct Options {
        std::string name;
        bool yes = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App& erase = *group.add_subcommand("delete", "Delete a stream with all that it holds");
    erase.add_option("name", options->name, "of the stream")->required();
    erase.add_flag("--yes", options->yes, "do not ask");
    erase.footer("Example: drayctl stream delete events");
    erase.callback([&globals, options] {
        const std::uint64_t held = number(globals.ask("GET", path_of(options->name))["messages"]);
        const std::string question =
            "Stream '" + options->name + "' holds " + show_count(held) + " messages. Delete them with it?";
        if (held > 0 && !confirm(question, options->yes)) return;
        globals.print(globals.ask("DELETE", path_of(options->name)), "deleted\n");
    });
}

void add_list(CLI::App& group, Globals& globals) {
    CLI::App& list = *group.add_subcommand("ls", "List all streams, as they stand");
    list.footer("Example: drayctl stream ls --json | jq '.streams[].readers[] | select(.lag > 1000)'");
    list.callback([&globals] {
        const Json answer = globals.ask("GET", kPath);
        globals.print(answer, stream_table(answer["streams"]));
    });
}

}  // namespace

void add_stream_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("stream", "Streams: create, delete, ls");
    group->require_subcommand(1);
    add_create(*group, globals);
    add_delete(*group, globals);
    add_list(*group, globals);
}

}  // namespace dray::ctl
