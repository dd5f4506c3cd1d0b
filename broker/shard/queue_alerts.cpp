#include "shard/queue_alerts.h"

#include <string>

#include "base/iso_time.h"
#include "shard/core.h"
#include "shard/queue_store.h"
#include "shard/queues.h"
#include "shard/routing.h"

namespace dray::shard {

namespace {

constexpr std::string_view kAlertRoot = "alert/queue/";

std::string topic_of(const Queue& queue) {
    return std::string(kAlertRoot) + queue.options.name;
}

session::MessageRef make_message(const Queue& queue, std::string_view payload) {
    mqtt::Publish packet;
    packet.qos = mqtt::QoS::kAtLeastOnce;
    packet.retain = true;
    packet.payload = as_bytes(payload);
    return session::Message::make(packet, topic_of(queue), {});
}

// A queue's name has no control characters.
std::string quoted(std::string_view name) {
    std::string text = "\"";
    for (const char c : name) {
        if (c == '"' || c == '\\') text += '\\';
        text += c;
    }
    return text + '"';
}

std::string describe(const Core& core, const Queue& queue, std::uint64_t oldest_age_ms) {
    const auto number = [](const char* name, std::uint64_t value) {
        return std::string(",\"") + name + "\":" + std::to_string(value);
    };
    return "{\"queue\":" + quoted(queue.options.name) + number("messages", queue.messages.totals().messages) +
           number("oldest_age_ms", oldest_age_ms) + number("alert_messages", queue.options.alert_messages) +
           number("alert_age_ms", queue.options.alert_age_ms) + ",\"since\":\"" + to_iso_time(core.now) +
           "\"}";
}

bool reaches(std::uint64_t value, std::uint64_t limit, bool is_on) {
    if (limit == 0) return false;
    return value >= (is_on ? limit - limit / 8 : limit);
}

}  // namespace

Instant look_at_alert(Core& core, Queue& queue) {
    QueueAlert& alert = queue.alert;
    const QueueOptions& options = queue.options;
    const bool was_on = alert.is_on;
    const auto oldest = options.alert_age_ms > 0 ? oldest_arrival(core, queue) : std::nullopt;
    const auto age_ms = oldest ? static_cast<std::uint64_t>((core.now - *oldest).count()) : 0;
    const bool is_long = reaches(queue.messages.totals().messages, options.alert_messages, was_on);
    const bool is_old = reaches(age_ms, options.alert_age_ms, was_on);
    if (!is_long && !is_old) {
        take_back_alert(core, queue);
    } else if (!was_on) {
        alert.is_on = true;
        route(core, make_message(queue, describe(core, queue, age_ms)), nullptr);
    }
    if (!oldest || alert.is_on) return kNever;
    return *oldest + std::chrono::milliseconds(options.alert_age_ms);
}

void take_back_alert(Core& core, Queue& queue) {
    const QueueAlert before = queue.alert;
    queue.alert = {};
    if (!before.is_on && !before.may_be_left_over) return;
    const session::MessageRef nothing = make_message(queue, {});
    if (before.is_on) {
        route(core, nothing, nullptr);
        return;
    }
    // Nobody has heard of it since the start.
    const ShardIndex home = home_of(nothing->topic(), core.options.count);
    home == core.options.index ? keep_retained(core, nothing) : core.forward(home, Retain{nothing, 0});
}

bool is_alert_of(const Queue& queue, std::string_view topic) {
    return topic.starts_with(kAlertRoot) && topic.substr(kAlertRoot.size()) == queue.options.name;
}

}  // namespace dray::shard
