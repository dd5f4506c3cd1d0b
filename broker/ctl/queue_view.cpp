#include "ctl/queue_view.h"

#include <algorithm>

#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

using Json = nlohmann::ordered_json;
using Align = Table::Align;

std::string join(const Json& texts) {
    std::string joined;
    for (const Json& text : texts) joined += (joined.empty() ? "" : ", ") + text.get<std::string>();
    return printable(joined);
}

std::string oldest(const Json& queue) {
    return queue["messages"] == 0 ? "" : show_duration(queue["oldest_age_ms"].get<std::uint64_t>());
}

std::string state(const Json& queue) {
    if (queue["is_full"].get<bool>()) return "FULL";
    if (queue["is_alerting"].get<bool>()) return "ALERT";
    if (queue["is_redriving"].get<bool>()) return "redriving";
    return queue["options"]["exclusive"].get<bool>() ? "exclusive" : "";
}

// As `dlq ls` and `dlq peek` show names beside values.
std::string option_line(const std::string& name, const std::string& value) {
    constexpr std::size_t kWidth = 26;
    return "    " + name + std::string(name.size() < kWidth ? kWidth - name.size() : 1, ' ') +
           printable(value) + '\n';
}

}  // namespace

std::string queue_table(const Json& queues) {
    if (queues.empty()) return "there are no queues; `drayctl queue create --help` shows how to make one\n";
    Table table({{"NAME"},
                 {"MESSAGES", Align::kRight},
                 {"BYTES", Align::kRight},
                 {"OLDEST", Align::kRight},
                 {"OUT", Align::kRight},
                 {"CONSUMERS", Align::kRight},
                 {"STATE"},
                 {"FILTERS"}});
    for (const Json& queue : queues) {
        table.add({printable(queue["name"]), count_of(queue["messages"]),
                   show_bytes(queue["bytes"].get<std::uint64_t>()), oldest(queue),
                   count_of(queue["unacknowledged"]), count_of(queue["consumers"]), state(queue),
                   join(queue["options"]["filters"])});
    }
    return table.text();
}

namespace {

// Whose refused messages a filter takes: "sink/orders/refused/#" -> orders; "" = it does not look like that.
std::string sink_of(std::string_view filter) {
    constexpr std::string_view kBefore = "sink/";
    constexpr std::string_view kBehind = "/refused/#";
    if (!filter.starts_with(kBefore) || !filter.ends_with(kBehind)) return {};
    filter.remove_prefix(kBefore.size());
    return std::string(filter.substr(0, filter.size() - std::min(filter.size(), kBehind.size())));
}

}  // namespace

Json dead_letter_queues(const Json& queues) {
    Json found = Json::array();
    for (const Json& queue : queues) {
        Json sources = Json::array();
        for (const Json& other : queues) {
            if (other["options"]["dead_letter_queue"] == queue["name"]) sources.push_back(other["name"]);
        }
        for (const Json& filter : queue["options"]["filters"]) {
            if (const std::string sink = sink_of(filter.get<std::string>()); !sink.empty())
                sources.push_back("sink " + sink);
        }
        if (sources.empty() && !queue["options"]["filters"].empty()) continue;
        found.push_back(queue);
        found.back()["dead_letters_of"] = sources;
    }
    return found;
}

std::string dead_letter_table(const Json& dead_letter_queues) {
    if (dead_letter_queues.empty()) return "no queue takes dead letters\n";
    Table table({{"NAME"}, {"MESSAGES", Align::kRight}, {"OLDEST", Align::kRight}, {"STATE"}, {"OF"}});
    for (const Json& queue : dead_letter_queues) {
        table.add({printable(queue["name"]), count_of(queue["messages"]), oldest(queue), state(queue),
                   join(queue["dead_letters_of"])});
    }
    return table.text();
}

std::string describe_message(const Json& message) {
    std::string text =
        "position " + message["position"].dump() + ", arrived " + message["arrived_at"].get<std::string>();
    text += ", QoS " + message["qos"].dump() +
            (message["is_unacknowledged"].get<bool>() ? ", with a consumer" : "");
    text += '\n' + option_line("topic", message["topic"]);
    if (message["deliveries"] != 0) text += option_line("deliveries", message["deliveries"].dump());
    if (message.contains("expires_at")) text += option_line("expires", message["expires_at"]);
    if (message.contains("properties")) {
        for (const auto& [name, value] : message["properties"].items()) {
            if (name != "user") text += option_line(name, value);
        }
        for (const Json& pair : message["properties"].value("user", Json::array()))
            text += option_line(printable(pair[0]), pair[1]);
    }
    const std::string size = count_of(message["payload_bytes"]) +
                             (message["payload_bytes"] == 1 ? " byte" : " bytes") +
                             (message.contains("truncated") ? ", the beginning" : "");
    const bool is_text = message.contains("payload");
    text += option_line("payload", size + (is_text ? "" : ", in base64"));
    return text + "      " + printable(message[is_text ? "payload" : "payload_base64"]) + '\n';
}

}  // namespace dray::ctl
