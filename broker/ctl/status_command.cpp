#include "ctl/command.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

std::string count(const Json& number) {
    return show_count(number.get<std::uint64_t>());
}

std::string line(const std::string& name, const std::string& value) {
    return name + std::string(name.size() < 14 ? 14 - name.size() : 1, ' ') + value + '\n';
}

std::string describe_store(const Json& store) {
    if (!store["keeps"].get<bool>()) return "nothing is kept on disk";
    return store["works"].get<bool>() ? "kept on disk"
                                      : "THE DISK REFUSES: acknowledgements wait until it does not";
}

std::string describe_books(const Json& books) {
    std::uint64_t discarded = 0;
    std::string reasons;
    for (const auto& [reason, number] : books["discarded"].items()) {
        discarded += number.get<std::uint64_t>();
        if (number != 0) reasons += (reasons.empty() ? " (" : ", ") + count(number) + ' ' + reason;
    }
    if (!reasons.empty()) reasons += ')';
    std::string text = line("matched", count(books["matched"]));
    text += line("delivered", count(books["delivered"]));
    text += line("held", count(books["held"]));
    text += line("expired", count(books["expired"]));
    text += line("dead letters", count(books["dead_lettered"]));
    return text + line("discarded", show_count(discarded) + reasons);
}

std::string describe_bridge(const Json& bridge) {
    std::string text = bridge["name"].get<std::string>() + " (" + bridge["address"].get<std::string>() + ") ";
    if (!bridge["up"].get<bool>()) text += "IS DOWN: " + bridge["why_down"].get<std::string>() + "; ";
    return printable(text + count(bridge["out"]["messages"]) + " out, " + count(bridge["in"]["messages"]) +
                     " in");
}

std::string describe(const Json& status) {
    const std::string shards = count(status["shards"]) + (status["shards"] == 1 ? " shard" : " shards");
    std::string text =
        line("broker", status["version"].get<std::string>() + ", up " +
                           show_duration(status["uptime_ms"].get<std::uint64_t>()) + ", " + shards);
    text += line("store", describe_store(status["store"]));
    for (const Json& bridge : status["bridges"]) text += line("bridge", describe_bridge(bridge));
    text += line("clients", count(status["clients_connected"]) + " connected, " + count(status["sessions"]) +
                                " sessions, " + count(status["subscriptions"]) + " subscriptions");
    text +=
        line("messages", count(status["publish_received"]) + " received, " + count(status["publish_sent"]) +
                             " sent, " + count(status["retained_messages"]) + " retained");
    return text + describe_books(status["books"]);
}

}  // namespace

void add_status_command(CLI::App& program, Globals& globals) {
    CLI::App* status = program.add_subcommand("status", "How the broker is doing, in short");
    status->footer("Example: drayctl status --json | jq .books");
    status->callback([&globals] {
        const Json answer = globals.ask("GET", "/api/v1/status");
        globals.print(answer, describe(answer));
    });
}

}  // namespace dray::ctl
