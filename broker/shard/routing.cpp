#include "shard/routing.h"

#include <algorithm>
#include <bit>

#include "shard/collection.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using session::MessageRef;
using session::Session;

// The subscriptions that matched, one entry for each session: overlapping ones count once, with the highest
// QoS and all their identifiers [MQTT-3.1.1 3.3.5-1], [MQTT-5.0 3.3.4-2, 3.3.4-4].
void collect_takers(Core& core, const session::Message& message) {
    core.takers.clear();
    const std::uint64_t stamp = ++core.publish_stamp;
    for (const topics::Subscriber& subscriber : core.match.subscribers) {
        Session& session = core.sessions.at(subscriber.session);
        // [MQTT-5.0 3.8.3-3]
        if (subscriber.options.no_local && session.number == message.publisher()) continue;
        if (session.publish_stamp != stamp) {
            session.publish_stamp = stamp;
            session.taker = static_cast<std::uint32_t>(core.takers.size());
            core.takers.push_back(
                {subscriber.session, subscriber.options, subscriber.subscription_id, 0, {}});
            continue;
        }
        Taker& taker = core.takers[session.taker];
        taker.options.qos = std::max(taker.options.qos, subscriber.options.qos);
        taker.options.retain_as_published |= subscriber.options.retain_as_published;
        if (subscriber.subscription_id == 0) continue;
        if (taker.subscription_id == 0) {
            taker.subscription_id = subscriber.subscription_id;
        } else {
            taker.more_subscription_ids.push_back(subscriber.subscription_id);
        }
    }
}

std::size_t takers_that_keep(const Core& core, const session::Message& message) {
    if (!core.persistence.keeps || message.qos() == mqtt::QoS::kAtMostOnce) return 0;
    return static_cast<std::size_t>(std::ranges::count_if(core.takers, [&](const Taker& taker) {
        return taker.options.qos != mqtt::QoS::kAtMostOnce && core.sessions.at(taker.session).stored != 0;
    }));
}

// One that needs no other shard still lines up behind those that do; and, to a stream, behind those that are
// not safe yet, for only then they have their offsets.
bool must_line_up(const Core& core) {
    if (!core.collections.open.empty()) return true;
    return core.collections.committing > 0 &&
           std::ranges::any_of(core.match.groups, [&core](topics::GroupId group) {
               return core.streams.by_group.contains(group);
           });
}

MessageRef encode_ids(const std::vector<std::uint32_t>& ids) {
    if (ids.empty()) return {};
    mqtt::PropertyList list;
    for (const std::uint32_t id : ids) list.add(mqtt::PropertyId::kSubscriptionIdentifier, id);
    return session::Message::make_raw(as_text(list.view().wire()));
}

}  // namespace

void hand_out(Core& core, const MessageRef& message) {
    if (core.match.subscribers.empty() && core.match.groups.empty()) return;
    collect_takers(core, *message);
    const session::RootIndex root = core.statistics.books.root_of(message->topic());
    const bool is_stored_once = takers_that_keep(core, *message) > 1;
    if (is_stored_once) open_body(core, *message);
    for (const Taker& taker : core.takers) {
        Session& session = core.sessions.at(taker.session);
        session::Held held;
        held.message = message;
        held.root = root;
        held.qos = std::min(message->qos(), taker.options.qos);
        // A message of an established subscription has RETAIN 0 unless it asked otherwise
        // [MQTT-3.1.1 3.3.1-9], [MQTT-5.0 3.3.1-12, 3.3.1-13].
        held.retain = taker.options.retain_as_published && message->retain();
        held.subscription_id = taker.subscription_id;
        held.more_subscription_ids = encode_ids(taker.more_subscription_ids);
        if (session.replays > 0 && message->retain()) supersede_in_replays(core, session, message->topic());
        deliver(core, session, std::move(held));
    }
    if (is_stored_once) close_body(core, *message);
    for (const topics::GroupId group : core.match.groups) deliver_to_group(core, group, message);
}

bool deliver_here(Core& core, const MessageRef& message) {
    core.subscriptions.match(message->topic(), core.match);
    if (core.traces.is_on()) [[unlikely]]
        trace_takers(core, *message, false);
    hand_out(core, message);
    return !core.match.subscribers.empty() || !core.match.groups.empty();
}

void keep_retained(Core& core, const MessageRef& message) {
    if (const MessageRef* before = core.retained.find(message->topic()))
        core.statistics.retained_bytes -= (*before)->payload().size();
    core.statistics.retained_bytes += message->payload().size();
    if (message->payload().empty()) {
        core.retained.erase(message->topic());
        forget_retained_record(core, message->topic());
    } else {
        core.retained.set(message->topic(), message);
        keep_retained_record(core, *message);
    }
}

Routed route(Core& core, const MessageRef& message, const AcknowledgePublish* confirmed,
             const Publisher* publisher) {
    Routed routed;
    core.topic_counts.count(message->topic(), message->payload().size(), core.now);
    const auto wait_for_one = [&] {
        if (confirmed == nullptr) return;
        if (routed.ticket == 0) routed.ticket = core.tickets.open(*confirmed);
        core.tickets.wait_for_more(routed.ticket);
    };
    const std::uint64_t records = core.persistence.records;
    const ShardIndex here = core.options.index;
    const ShardIndex retained_at = message->retain() ? home_of(message->topic(), core.options.count) : here;
    if (message->retain() && retained_at == here) keep_retained(core, message);
    core.subscriptions.match(message->topic(), core.match);
    routed.has_takers = !core.match.empty();
    if (core.traces.is_on()) [[unlikely]]
        trace_takers(core, *message, true);
    const std::uint64_t remote_shards = core.match.remote_shards;
    const bool together =
        publisher != nullptr && (remote_shards != 0 || retained_at != here || must_line_up(core));
    if (together) {
        wait_for_one();
        deliver_together(core, message, *publisher, routed.ticket);
    } else {
        if (retained_at != here) {
            wait_for_one();
            core.forward(retained_at, Retain{message, routed.ticket});
        }
        hand_out(core, message);
        if (publisher != nullptr && core.persistence.records != records) {
            keep_incoming(core, publisher->session, publisher->packet_id);
        }
        for (std::uint64_t shards = remote_shards; shards != 0; shards &= shards - 1) {
            const auto shard = static_cast<ShardIndex>(std::countr_zero(shards));
            // In memory, a message in the ring is as safe as one in the queue behind it; on disk it is not.
            // And whoever subscribes after a retained message was acknowledged must not get it as a live one
            // that was under way.
            const bool waits =
                message->qos() != mqtt::QoS::kAtMostOnce && (core.persistence.keeps || message->retain());
            if (waits) wait_for_one();
            core.forward(shard, Deliver{message, waits ? routed.ticket : 0});
        }
    }
    if (core.persistence.records != records) routed.waits_for = core.persistence.last;
    if (routed.ticket != 0) confirm(core, routed.ticket);
    return routed;
}

void announce(Core& core, const std::vector<std::string>& added, const std::vector<std::string>& removed,
              Ticket ticket) {
    if (core.is_alone() || (added.empty() && removed.empty() && ticket == 0)) return;
    for (ShardIndex shard = 0; shard < core.options.count; ++shard) {
        if (shard == core.options.index) continue;
        if (ticket != 0) core.tickets.wait_for_more(ticket);
        core.forward(shard, Routes{added, removed, ticket});
    }
}

}  // namespace dray::shard
