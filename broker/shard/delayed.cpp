#include "shard/delayed.h"

#include <algorithm>
#include <charconv>
#include <stdexcept>

#include "shard/collection.h"
#include "shard/core.h"
#include "shard/records.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using session::MessageRef;

constexpr std::string_view kDelayedPrefix = "$delayed/";

std::string due_key(Instant due, std::uint64_t number) {
    return key_of(static_cast<std::uint64_t>(due.ms), number);
}

void wait(Core& core, std::uint64_t number, Instant due, const MessageRef& message) {
    core.delayed.waiting[number] = {due, message};
    core.delayed.bytes += message->weight();
    core.timers.set({due, Timer::Kind::kDelayed, 0, number});
}

// Whether one of its takers, or the home of its retained message, is another shard.
bool needs_others(Core& core, const session::Message& message) {
    core.subscriptions.match(message.topic(), core.match);
    return core.match.remote_shards != 0 ||
           (message.retain() && home_of(message.topic(), core.options.count) != core.options.index);
}

}  // namespace

bool is_delayed(std::string_view topic) {
    return topic.starts_with(kDelayedPrefix);
}

std::optional<DelayedTopic> parse_delayed(std::string_view topic) {
    const std::string_view rest = topic.substr(kDelayedPrefix.size());
    const char* const end = rest.data() + rest.size();
    DelayedTopic parsed;
    const auto [slash, error] = std::from_chars(rest.data(), end, parsed.delay_s);
    if (error != std::errc() || slash == end || *slash != '/' || slash + 1 == end) return std::nullopt;
    parsed.topic = {slash + 1, end};
    return parsed;
}

TopicRefusal refuse_delayed(const Core& core, std::string_view topic, std::size_t payload_bytes) {
    using mqtt::ReasonCode;
    const auto delayed = parse_delayed(topic);
    if (!delayed) return {ReasonCode::kTopicNameInvalid, "write $delayed/<seconds>/<topic>"};
    if (delayed->delay_s > core.limits().delayed_s_max)
        return {ReasonCode::kTopicNameInvalid, "the delay is longer than allowed"};
    if (core.delayed.bytes + payload_bytes > core.limits().delayed_bytes_max)
        return {ReasonCode::kQuotaExceeded, "as many delayed messages are held as may be"};
    return refuse_topic(core, delayed->topic);
}

Routed delay(Core& core, const MessageRef& message, std::uint32_t delay_s, const Publisher* publisher) {
    // Whichever shard they are on after a restart: never twice.
    const std::uint64_t number = ++core.delayed.last_number << 8 | core.options.index;
    const Instant due = core.now + std::chrono::seconds(delay_s);
    if (core.traces.is_on()) [[unlikely]]
        trace_held_back(core, "delay", *message, delay_s);
    wait(core, number, due, message);
    Routed routed;
    routed.has_takers = true;
    if (!core.persistence.keeps) return routed;
    open_batch(core).put(Table::kDelayed, due_key(due, number), encode(*message));
    if (publisher != nullptr) keep_incoming(core, publisher->session, publisher->packet_id);
    routed.waits_for = core.persistence.last;
    return routed;
}

void publish_delayed(Core& core, std::uint64_t number) {
    const auto found = core.delayed.waiting.find(number);
    const auto [due, message] = std::move(found->second);
    core.delayed.waiting.erase(found);
    core.delayed.bytes -= message->weight();
    StoreBatch done;
    done.erase(Table::kDelayed, due_key(due, number));
    if (core.persistence.keeps && message->qos() != mqtt::QoS::kAtMostOnce && needs_others(core, *message)) {
        const bool is_kept_here = home_of(message->topic(), core.options.count) == core.options.index;
        if (message->retain() && is_kept_here) keep_retained(core, message);
        return deliver_together(core, message, std::move(done));
    }
    if (core.persistence.keeps) add_records(core, done);
    route(core, message, nullptr);
}

void recover_delayed(Core& core) {
    core.store.scan(Table::kDelayed, {}, [&](std::string_view key, std::string_view value) {
        const auto parts = parse_session_key(key);
        const auto number = parts ? parse_number(parts->rest) : std::nullopt;
        if (number) core.delayed.last_number = std::max(core.delayed.last_number, *number >> 8);
        if (home_of(key, core.options.count) != core.options.index) return true;
        const MessageRef message = decode_message(value);
        if (!number || !message) {
            throw std::runtime_error(
                "the store has a record that this version does not understand: a delayed message");
        }
        wait(core, *number, Instant{static_cast<std::int64_t>(parts->session)}, message);
        return true;
    });
}

}  // namespace dray::shard
