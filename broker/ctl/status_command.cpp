#include "ctl/command.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

std::string status_line(const std::string& name, const std::string& value) {
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
        if (number != 0) reasons += (reasons.empty() ? " (" : ", ") + count_of(number) + ' ' + reason;
    }
    if (!reasons.empty()) reasons += ')';
    std::string text = status_line("matched", count_of(books["matched"]));
    text += status_line("delivered", count_of(books["delivered"]));
    text += status_line("held", count_of(books["held"]));
    text += status_line("expired", count_of(books["expired"]));
    text += status_line("dead letters", count_of(books["dead_lettered"]));
    return text + status_line("discarded", show_count(discarded) + reasons);
}

std::string describe_bridge(const Json& bridge) {
    std::string text = bridge["name"].get<std::string>() + " (" + bridge["address"].get<std::string>() + ") ";
    if (!bridge["up"].get<bool>()) text += "IS DOWN: " + bridge["why_down"].get<std::string>() + "; ";
    return printable(text + count_of(bridge["out"]["messages"]) + " out, " +
                     count_of(bridge["in"]["messages"]) + " in");
}

std::string describe_broker(const Json& status) {
    const std::string shards = count_of(status["shards"]) + (status["shards"] == 1 ? " shard" : " shards");
    std::string text =
        status_line("broker", status["version"].get<std::string>() + ", up " +
                                  show_duration(status["uptime_ms"].get<std::uint64_t>()) + ", " + shards);
    text += status_line("store", describe_store(status["store"]));
    for (const Json& bridge : status["bridges"]) text += status_line("bridge", describe_bridge(bridge));
    text += status_line("clients", count_of(status["clients_connected"]) + " connected, " +
                                       count_of(status["sessions"]) + " sessions, " +
                                       count_of(status["subscriptions"]) + " subscriptions");
    text += status_line("messages", count_of(status["publish_received"]) + " received, " +
                                        count_of(status["publish_sent"]) + " sent, " +
                                        count_of(status["retained_messages"]) + " retained");
    return text + describe_books(status["books"]);
}

}  // namespace

void add_status_command(CLI::App& program, Globals& globals) {
    CLI::App* status = program.add_subcommand("status", "How the broker is doing, in short");
    status->footer("Example: drayctl status --json | jq .books");
    status->callback([&globals] {
        const Json answer = globals.ask("GET", "/api/v1/status");
        globals.print(answer, describe_broker(answer));
    });
}

}  // namespace dray::ctl
