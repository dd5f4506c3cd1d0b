#include "admin/queue_json.h"

#include <array>
#include <string_view>
#include <utility>

#include "admin/fields.h"
#include "admin/message_json.h"
#include "base/iso_time.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;
using shard::Overflow;
using shard::QueueOptions;

constexpr std::array kOverflowWords{std::pair{Overflow::kReject, "reject"},
                                    std::pair{Overflow::kDropOldest, "drop-oldest"},
                                    std::pair{Overflow::kDeadLetter, "dead-letter"}};

// Every option but the overflow, once: what is listed here is read and shown.
template <typename Options, typename Visit>
void for_each_queue_option(Options& options, Visit visit) {
    visit("name", options.name);
    visit("filters", options.filters);
    visit("exclusive", options.exclusive);
    visit("ttl_ms", options.ttl_ms);
    visit("messages_max", options.messages_max);
    visit("bytes_max", options.bytes_max);
    visit("deliveries_max", options.deliveries_max);
    visit("retry_delay_ms", options.retry_delay_ms);
    visit("retry_delay_ms_max", options.retry_delay_ms_max);
    visit("dead_letter_queue", options.dead_letter_queue);
    visit("key", options.key);
    visit("alert_messages", options.alert_messages);
    visit("alert_age_ms", options.alert_age_ms);
}

void read_overflow(Fields& fields, Overflow& overflow) {
    std::string given;
    std::string allowed;
    for (const auto& [value, word] : kOverflowWords) {
        if (value == overflow) given = word;
        allowed += (allowed.empty() ? "\"" : ", \"") + std::string(word) + '"';
    }
    fields.read("overflow", given);
    for (const auto& [value, word] : kOverflowWords) {
        if (given != word) continue;
        overflow = value;
        return;
    }
    fields.fail("overflow", "must be one of " + allowed);
}

}  // namespace

std::optional<Problem> read_queue_options(const std::string& body, QueueOptions& options) {
    Fields fields(body);
    for_each_queue_option(options, [&fields](const char* name, auto& value) { fields.read(name, value); });
    read_overflow(fields, options.overflow);
    if (auto problem = fields.finish()) return problem;
    if (const auto mistake = find_mistake(options)) return Problem{400, mistake->what, mistake->option};
    return std::nullopt;
}

std::optional<Problem> read_redrive(const std::string& body, shard::RedriveQueue& redrive) {
    Fields fields(body);
    fields.read("rate_per_s", redrive.rate_per_s);
    fields.read("messages_max", redrive.messages_max);
    fields.read("stop", redrive.stop);
    return fields.finish();
}

ordered_json queue_json(const shard::QueueInfo& queue) {
    ordered_json options = ordered_json::object();
    for_each_queue_option(queue.options,
                          [&options](const char* name, const auto& value) { options[name] = value; });
    for (const auto& [value, word] : kOverflowWords) {
        if (value == queue.options.overflow) options["overflow"] = word;
    }
    return {{"name", queue.options.name},
            {"messages", queue.messages},
            {"bytes", queue.bytes},
            {"unacknowledged", queue.unacknowledged},
            {"delayed", queue.delayed},
            {"oldest_age_ms", queue.oldest_age_ms},
            {"consumers", queue.consumers},
            {"is_full", queue.is_full},
            {"is_alerting", queue.is_alerting},
            {"is_redriving", queue.is_redriving},
            {"since_start",
             {{"arrived", queue.arrived},
              {"consumed", queue.consumed},
              {"redelivered", queue.redelivered},
              {"expired", queue.expired},
              {"dead_lettered", queue.dead_lettered},
              {"discarded", queue.discarded}}},
            {"options", options}};
}

ordered_json queued_message_json(const shard::QueuedMessage& queued, std::size_t payload_bytes_max) {
    ordered_json json = {{"position", queued.position},
                         {"arrived_at", to_iso_time(queued.arrived_at)},
                         {"deliveries", queued.deliveries},
                         {"is_unacknowledged", queued.is_unacknowledged}};
    json.update(message_json(*queued.message, payload_bytes_max));
    return json;
}

}  // namespace dray::admin
