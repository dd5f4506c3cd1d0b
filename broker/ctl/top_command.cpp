// drayctl top: what the broker does now, again and again: rates from two answers of the admin API, an
// interval apart.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <map>
#include <memory>
#include <thread>

#include "ctl/command.h"
#include "ctl/option_types.h"
#include "ctl/queue_view.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

using std::chrono::steady_clock;

constexpr const char* kHomeAndClear = "\x1b[H\x1b[2J";

struct TopOptions {
    std::uint64_t interval_ms = 1000;
    std::uint64_t count = 0;  // of looks; 0: without end
    std::uint64_t rows = 10;  // of each table
    std::string under;
};

// What one look has found.
struct Look {
    steady_clock::time_point at;
    Json status;
    Json topics;
    Json queues;
    Json behind;
};

Look look(const Globals& globals, const TopOptions& options) {
    Look now{steady_clock::now(), globals.ask("GET", "/api/v1/status"), nullptr, nullptr, nullptr};
    std::string topics = "/api/v1/topics?count=1000";
    if (!options.under.empty()) topics += "&under=" + percent_encode(options.under);
    now.topics = globals.ask("GET", topics)["topics"];
    now.queues = globals.ask("GET", "/api/v1/queues")["queues"];
    now.behind =
        globals.ask("GET", "/api/v1/sessions?state=behind&count=" + std::to_string(options.rows))["sessions"];
    return now;
}

double per_s(std::uint64_t before, std::uint64_t now, double seconds) {
    return now > before ? static_cast<double>(now - before) / seconds : 0;
}

struct TopicRate {
    std::string topic;
    double messages_per_s = 0;
    double bytes_per_s = 0;
};

std::vector<TopicRate> topic_rates(const Look& before, const Look& now, double seconds) {
    std::map<std::string, const Json*> old;
    for (const Json& topic : before.topics) old[topic["topic"]] = &topic;
    std::vector<TopicRate> rates;
    for (const Json& topic : now.topics) {
        const auto found = old.find(topic["topic"]);
        const auto rate = [&](const char* what) {
            return per_s(found == old.end() ? 0 : (*found->second)[what].get<std::uint64_t>(), topic[what],
                         seconds);
        };
        rates.push_back({topic["topic"], rate("messages"), rate("bytes")});
    }
    std::erase_if(rates, [](const TopicRate& rate) { return rate.messages_per_s == 0; });
    std::ranges::stable_sort(rates, std::greater(), &TopicRate::messages_per_s);
    return rates;
}

Json rates_json(const Look& before, const Look& now) {
    const double seconds = std::chrono::duration<double>(now.at - before.at).count();
    Json json = {{"seconds", seconds}};
    for (const char* what : {"publish_received", "publish_sent", "bytes_received", "bytes_sent",
                             "publish_refused", "connects_refused", "protocol_errors"}) {
        json[std::string(what) + "_per_s"] = per_s(before.status[what], now.status[what], seconds);
    }
    json["topics"] = Json::array();
    for (const TopicRate& rate : topic_rates(before, now, seconds)) {
        json["topics"].push_back({{"topic", rate.topic},
                                  {"messages_per_s", rate.messages_per_s},
                                  {"bytes_per_s", rate.bytes_per_s}});
    }
    json["status"] = now.status;
    json["queues"] = now.queues;
    json["behind"] = now.behind;
    return json;
}

std::string whole(const Json& rate) {
    return show_count(static_cast<std::uint64_t>(rate.get<double>() + 0.5));
}

std::string bytes(const Json& rate) {
    return show_bytes(static_cast<std::uint64_t>(rate.get<double>())) + "/s";
}

std::string screen(const Json& top, std::uint64_t rows) {
    const Json& status = top["status"];
    const auto number = [&](const char* what) { return show_count(status[what].get<std::uint64_t>()); };
    std::string text = status["version"].get<std::string>() + ", up " +
                       show_duration(status["uptime_ms"].get<std::uint64_t>()) + ": " +
                       number("clients_connected") + " clients, " + number("subscriptions") +
                       " subscriptions, " + number("retained_messages") + " retained\n";
    text += "in   " + whole(top["publish_received_per_s"]) + " msg/s  " + bytes(top["bytes_received_per_s"]) +
            "    out   " + whole(top["publish_sent_per_s"]) + " msg/s  " + bytes(top["bytes_sent_per_s"]) +
            "    waiting   " + show_bytes(status["queued_bytes"].get<std::uint64_t>()) + '\n';
    const std::string refused = "refused   " + whole(top["publish_refused_per_s"]) + " messages/s, " +
                                whole(top["connects_refused_per_s"]) + " connections/s, " +
                                whole(top["protocol_errors_per_s"]) + " protocol errors/s\n";
    text += refused + (status["store"]["works"].get<bool>()
                           ? ""
                           : "THE DISK REFUSES: acknowledgements wait until it does not\n");

    Table topics({{"TOPICS"}, {"MSG/S", Table::Align::kRight}, {"BYTES/S", Table::Align::kRight}});
    for (std::size_t i = 0; i < top["topics"].size() && i < rows; ++i) {
        const Json& topic = top["topics"][i];
        topics.add({printable(topic["topic"]), whole(topic["messages_per_s"]), bytes(topic["bytes_per_s"])});
    }
    text += '\n' + topics.text();
    if (!top["queues"].empty()) text += '\n' + queue_table(top["queues"]);
    if (top["behind"].empty()) return text;
    Table behind({{"CLIENTS THAT DO NOT KEEP UP"}, {"OUTBOX", Table::Align::kRight}});
    for (const Json& session : top["behind"]) {
        behind.add({printable(session["client_id"]),
                    show_bytes(session["connection"]["outbox_bytes"].get<std::uint64_t>())});
    }
    return text + '\n' + behind.text();
}

void top(const Globals& globals, const TopOptions& options) {
    const bool clears = ::isatty(STDOUT_FILENO) == 1 && !globals.json;
    Look before = look(globals, options);
    for (std::uint64_t i = 0; options.count == 0 || i < options.count; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(options.interval_ms));
        Look now = look(globals, options);
        const Json json = rates_json(before, now);
        if (globals.json) {
            std::cout << json.dump() << std::endl;
        } else {
            std::cout << (clears ? kHomeAndClear : "") << screen(json, options.rows) << std::endl;
        }
        before = std::move(now);
    }
}

}  // namespace

void add_top_command(CLI::App& program, Globals& globals) {
    auto options = std::make_shared<TopOptions>();
    CLI::App& command =
        *program.add_subcommand("top", "What the broker does now: rates, queues, who is behind");
    command.add_option("--interval", options->interval_ms, "between two looks (default: 1s)")
        ->transform(duration_ms())
        ->check(CLI::Range(100, 3'600'000));
    command.add_option("-n,--count", options->count, "end after so many looks");
    command.add_option("--rows", options->rows, "of each table")->capture_default_str();
    command.add_option("--under", options->under, "topics below this one, not of the first level");
    command.footer("Example: drayctl top --under vehicle");
    command.callback([&globals, options] { top(globals, *options); });
}

}  // namespace dray::ctl
