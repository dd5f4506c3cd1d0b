#include "shard/delivery.h"

#include <algorithm>
#include <optional>

#include "shard/access.h"
#include "shard/answers.h"
#include "shard/core.h"
#include "shard/sources.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using session::Held;
using session::Session;

// Remaining Message Expiry Interval in whole seconds, at least 1 [MQTT-5.0 3.3.2-6]; 0 = the message does not
// expire.
std::uint32_t remaining_expiry_s(const session::Message& message, Instant now) {
    if (message.expires_at() == kNever) return 0;
    const std::int64_t seconds = (message.expires_at() - now).count() / 1000;
    return static_cast<std::uint32_t>(std::max<std::int64_t>(seconds, 1));
}

// Of a message of QoS 0 that is this session's own nothing has to stay here: it goes along, so that its
// owners are not counted up and down again.
session::Delivery delivery_of(const Core& core, Held& held) {
    const bool goes_along = held.qos == mqtt::QoS::kAtMostOnce && held.source == 0;
    session::Delivery delivery;
    delivery.expiry_s = remaining_expiry_s(*held.message, core.now);
    delivery.message = goes_along ? std::move(held.message) : held.message;
    delivery.root = held.root;
    delivery.qos = held.qos;
    delivery.retain = held.retain;
    delivery.subscription_id = held.subscription_id;
    delivery.more_subscription_ids = held.more_subscription_ids;
    return delivery;
}

bool has_room(const Core& core, const Link& link) {
    return link.outbox.bytes() < core.limits().outbox_bytes_max;
}

bool window_is_open(const Session& session, const Link& link) {
    return session.inflight.sent() < link.window;
}

// Whether this message's turn has come: nothing is before it in the queue.
bool may_be_taken(const Core& core, const Session& session, const Held& held) {
    return may_leave(core, held) && session.inflight.has_id_for(held);
}

void push(Core& core, Link& link, session::Delivery delivery) {
    if (core.traces.is_on()) [[unlikely]]
        trace_deliver(core, *link.session, delivery);
    if (link.sent_aliases) link.sent_aliases->sent(delivery.message->topic(), delivery.alias);
    ++core.statistics.publish_sent;
    core.statistics.publish_bytes_sent += delivery.message->payload().size();
    link.outbox.push_publish(std::move(delivery));
    mark_for_flush(core, link);
}

bool fits(const Link& link, const session::Delivery& delivery) {
    return link.packet_bytes_max == 0 || link.outbox.encoded_size(delivery) <= link.packet_bytes_max;
}

// A QoS 2 message that was, or may have been, sent once does not expire any more [MQTT-5.0 4.3.3-7].
bool may_expire(const Held& held, bool sent_before) {
    return held.qos != mqtt::QoS::kExactlyOnce || !sent_before;
}

struct Ending {
    Outcome outcome{};
    Discard why{};
};

// Nothing, and under which alias it may be sent now; or what becomes of it instead
// [MQTT-5.0 3.1.2-25, 3.3.2-5].
std::optional<Ending> end_unsent(Core& core, const Session& session, const Link& link, const Held& held,
                                 bool sent_before, session::Delivery& delivery) {
    const session::Message& message = *delivery.message;
    if (may_expire(held, sent_before) && message.expired(core.now)) return Ending{Outcome::kExpired, {}};
    if (!may_receive(link, session, held.source, message.topic()))
        return Ending{Outcome::kUndeliverable, Discard::kNotAllowed};
    if (link.sent_aliases) delivery.alias = link.sent_aliases->choose(message.topic());
    if (fits(link, delivery)) return std::nullopt;
    if (!delivery.alias.is_known) {
        delivery.alias = {};  // to define it made the packet longer
        if (fits(link, delivery)) return std::nullopt;
    }
    return Ending{Outcome::kUndeliverable, Discard::kPacketTooLarge};
}

// One that was to go along: only its delivery has it.
[[gnu::cold]] void end_here(Core& core, Session& session, const Held& held, const session::Message& message,
                            const Ending& end) {
    if (core.traces.is_on()) trace_outcome(core, session, held, message, end.outcome, end.why);
    settle(core, session, held, end.outcome, end.why);
}

void send_now(Core& core, Session& session, Link& link, Held held) {
    session::Delivery delivery = delivery_of(core, held);
    if (const auto end = end_unsent(core, session, link, held, held.sent_before, delivery)) {
        if (!held.message) return end_here(core, session, held, *delivery.message, *end);
        return settle(core, session, held, end->outcome, end->why);
    }
    delivery.dup = held.sent_before;
    if (held.qos != mqtt::QoS::kAtMostOnce) {
        delivery.packet_id = session.inflight.add(std::move(held));
        ++core.statistics.inflight;
    } else if (held.source != 0) {
        settle(core, session, held, Outcome::kConsumed);
    }
    push(core, link, std::move(delivery));
}

bool queue_is_full(const Core& core, const Session& session, const Held& held) {
    return session.queue.size() >= core.limits().queue_messages_max ||
           session.queue_bytes + held.message->weight() > core.limits().queue_bytes_max;
}

void turn_away(Core& core, Session& session, const Held& held, Discard reason) {
    settle(core, session, held, Outcome::kTurnedAway, reason);
}

// What was sent before the connection broke, again and first [MQTT-3.1.1 4.4.0-1], [MQTT-5.0 4.4.0-1].
void send_again(Core& core, Session& session, Link& link) {
    const session::Inflight::Resend again = session.inflight.next_unsent();
    session::Inflight::Entry& entry = *again.entry;
    if (entry.phase == session::Inflight::Phase::kAwaitsPubcomp) {
        return send_short(core, link, mqtt::PacketType::kPubrel, again.packet_id, mqtt::ReasonCode::kSuccess);
    }
    session::Delivery delivery = delivery_of(core, entry.held);
    if (const auto end = end_unsent(core, session, link, entry.held, true, delivery)) {
        settle(core, session, entry.held, end->outcome, end->why);
        --core.statistics.inflight;
        return session.inflight.complete(entry);
    }
    delivery.packet_id = again.packet_id;
    delivery.dup = entry.sent_before;
    entry.sent_before = true;
    push(core, link, std::move(delivery));
}

}  // namespace

void deliver(Core& core, Session& session, Held held) {
    core.statistics.books[held.root].hold();
    Link* link = core.link_of(session);
    if (held.qos == mqtt::QoS::kAtMostOnce) {
        if (link == nullptr) return turn_away(core, session, held, Discard::kOffline);
        if (!has_room(core, *link)) return turn_away(core, session, held, Discard::kSlowReader);
        send_now(core, session, *link, std::move(held));
        return update_able(core, session);
    }
    if (!session.is_loaded) load_messages(core, session);
    const bool is_next = link != nullptr && session.queue.empty() && !session.inflight.has_unsent() &&
                         has_room(core, *link) && window_is_open(session, *link);
    if (!is_next && queue_is_full(core, session, held)) {
        turn_away(core, session, held, Discard::kQueueFull);
    } else {
        keep_entry(core, session, held);
        if (is_next && may_be_taken(core, session, held)) {
            send_now(core, session, *link, std::move(held));
        } else {
            if (core.traces.is_on()) [[unlikely]]
                trace_wait(core, session, held);
            enqueue(core, session, std::move(held));
        }
    }
    update_able(core, session);
}

void pump(Core& core, Session& session) {
    Link* link = core.link_of(session);
    if (link == nullptr) return;
    while (has_room(core, *link) && window_is_open(session, *link)) {
        if (session.inflight.has_unsent()) {
            if (!may_leave(core, session.inflight.first_unsent())) break;
            send_again(core, session, *link);
        } else if (!session.queue.empty() && may_be_taken(core, session, session.queue.front())) {
            send_now(core, session, *link, dequeue(core, session));
        } else {
            break;
        }
    }
    if (session.replays > 0 && session.queue.empty() && has_room(core, *link))
        continue_replays(core, session);
    if (session.readers > 0) continue_readers(core, session);
    update_able(core, session);
}

void enqueue(Core& core, Session& session, Held held) {
    session.queue_bytes += held.message->weight();
    core.statistics.queued_bytes += held.message->payload().size();
    session.queue.push_back(std::move(held));
}

Held dequeue(Core& core, Session& session) {
    Held held = session.queue.pop_front();
    session.queue_bytes -= held.message->weight();
    core.statistics.queued_bytes -= held.message->payload().size();
    return held;
}

void release(Core& core, Session& session, session::Inflight::Entry& entry) {
    entry.phase = session::Inflight::Phase::kAwaitsPubcomp;
    entry.held.message = {};
    entry.held.source = 0;
    keep_released(core, session, entry.held);
}

}  // namespace dray::shard
