// PUBLISH from a client, MQTT 3.1.1 section 3.3 and 5.0 section 3.3.
#include <algorithm>

#include "mqtt/topic.h"
#include "shard/access.h"
#include "shard/answers.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"
#include "shard/pressure.h"
#include "shard/routing.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using mqtt::PropertyId;
using mqtt::QoS;
using mqtt::ReasonCode;

// The topic that the packet names, itself or by its alias; nothing if that was a mistake, which closed the
// link.
std::optional<std::string_view> resolve_topic(Core& core, Link& link, const mqtt::Publish& publish) {
    const auto alias = publish.properties.integer(PropertyId::kTopicAlias);
    if (!alias) {
        if (!publish.topic.empty()) return publish.topic;
        protocol_error(core, link, ReasonCode::kProtocolError, "PUBLISH without topic or alias");
        return std::nullopt;
    }
    // [MQTT-5.0 3.3.2-8, 3.3.2-9]
    if (*alias == 0 || *alias > core.limits().topic_aliases_max) {
        protocol_error(core, link, ReasonCode::kTopicAliasInvalid, "topic alias out of range");
        return std::nullopt;
    }
    if (link.aliases.size() < *alias) link.aliases.resize(*alias);
    std::string& known = link.aliases[*alias - 1];
    if (!publish.topic.empty()) known = publish.topic;
    if (known.empty()) {
        protocol_error(core, link, ReasonCode::kProtocolError, "unknown topic alias");
        return std::nullopt;
    }
    return known;
}

// '$' topics are for the broker to give meaning to: a client may not write into those that have one.
bool is_reserved(std::string_view topic) {
    if (topic.front() != '$') return false;
    for (const std::string_view root : {"$SYS", "$share", "$queue", "$stream", "$delayed", "$dray"}) {
        if (topic.starts_with(root) && (topic.size() == root.size() || topic[root.size()] == '/'))
            return true;
    }
    return false;
}

// A disk that is full or failing, or a gate that is closed: a 5.0 client is told so. Others wait: for the
// disk with their acknowledgement, before the gate with their message.
TopicRefusal refuse_for_now(Core& core, const Link& link, const mqtt::Publish& publish,
                            std::string_view topic) {
    if (publish.qos == QoS::kAtMostOnce || !link.is_v5()) return {};
    if (!core.store.works()) return {ReasonCode::kQuotaExceeded, "the disk does not take it now"};
    if (const char* why = why_gate_is_closed(core, topic)) return {ReasonCode::kQuotaExceeded, why};
    return {};
}

bool must_park(Core& core, const Link& link, const mqtt::Publish& publish, std::string_view topic) {
    if (publish.qos == QoS::kAtMostOnce || link.is_v5() || is_delayed(topic)) return false;
    release_parked(core);  // what may go on comes first
    return why_gate_is_closed(core, topic) != nullptr;
}

// Near a ceiling the acknowledgement waits for a while, too.
void slow_down(Core& core, const AcknowledgePublish& acknowledgement, Ticket& ticket) {
    if (core.pressure < kPressureSlows) return;
    if (ticket == 0) {
        ticket = core.tickets.open(acknowledgement);
    } else {
        core.tickets.wait_for_more(ticket);
    }
    core.timers.set({core.now + acknowledgement_delay(core.pressure), Timer::Kind::kTicket, 0, ticket});
}

bool is_due(const Core& core, const DueAcknowledgement& due) {
    return due.ready && due.waits_for <= core.persistence.durable;
}

void acknowledge(Core& core, Link& link, const DueAcknowledgement& due) {
    if (is_due(core, due) && link.due.empty())
        return send_short(core, link, due.type, due.packet_id, due.reason, due.why);
    link.due.push_back(due);
    if (due.waits_for > core.persistence.durable) wait_for_disk(core, link.id);
    if (due.type == mqtt::PacketType::kPuback) ++link.due_pubacks;
}

// PUBREC for a message that has come before, perhaps on an earlier connection; what it promises may not be
// true yet.
void acknowledge_again(Core& core, Link& link, const session::IncomingIds::Entry& known) {
    DueAcknowledgement due{known.id, mqtt::PacketType::kPubrec, ReasonCode::kSuccess, true, known.waits_for};
    if (known.waits_for == kUntilTold) {
        const AcknowledgePublish acknowledgement{link.id, link.due_first + link.due.size()};
        wait_for_collection(core, link.session->number, known.id, core.tickets.open(acknowledgement));
        due.ready = false;
        due.waits_for = 0;
    }
    acknowledge(core, link, due);
}

// Whether a QoS 2 message is new. If not, it is acknowledged again and that is all [MQTT-3.1.1 4.3.3-2].
bool is_first_arrival(Core& core, Link& link, const mqtt::Publish& publish) {
    session::IncomingIds& incoming = link.session->incoming;
    if (const session::IncomingIds::Entry* known = incoming.find(publish.packet_id)) {
        acknowledge_again(core, link, *known);
        return false;
    }
    return !is_parked(link, publish.packet_id);
}

// More at once than the Receive Maximum that we told the client [MQTT-5.0 3.3.4-7, 3.3.4-8]. Older clients
// were told none; their packet ids are the limit.
bool exceeds_receive_maximum(const Core& core, const Link& link) {
    return link.is_v5() &&
           link.session->incoming.size() + link.due_pubacks >= core.limits().receive_messages_max &&
           !is_bridge(link);
}

Instant expiry_of(const Core& core, const mqtt::Publish& publish) {
    if (publish.properties.empty()) return kNever;
    const auto seconds = publish.properties.integer(PropertyId::kMessageExpiryInterval);
    return seconds ? core.now + std::chrono::seconds(*seconds) : kNever;
}

// Who is to be remembered together with a message, if somebody is.
std::optional<Publisher> publisher_of(Link& link, QoS qos, mqtt::PacketId packet_id) {
    if (qos != QoS::kExactlyOnce || link.session->stored == 0) return std::nullopt;
    return Publisher{*link.session, packet_id};
}

session::MessageRef make_message(const Core& core, const Link& link, const mqtt::Publish& publish,
                                 std::string_view topic) {
    return session::Message::make(publish, topic, {link.session->number, expiry_of(core, publish)});
}

// To its takers, or to wait for its time.
Routed accept(Core& core, Link& link, const mqtt::Publish& publish, std::string_view topic,
              const AcknowledgePublish* confirmed) {
    const auto publisher = publisher_of(link, publish.qos, publish.packet_id);
    const Publisher* const remembered = publisher ? &*publisher : nullptr;
    if (is_delayed(topic)) {
        const DelayedTopic later = *parse_delayed(topic);
        const Instant expires_at = expiry_of(core, publish);
        return delay(core, session::Message::make(publish, later.topic, {0, expires_at}), later.delay_s,
                     remembered);
    }
    return route(core, make_message(core, link, publish, topic), confirmed, remembered);
}

// Whether the acknowledgement of a message may have to wait for more than this shard's commit.
bool may_wait_for_others(const Core& core, bool retain) {
    return core.persistence.keeps || (retain && !core.is_alone());
}

void park(Core& core, Link& link, const mqtt::Publish& publish, std::string_view topic,
          mqtt::PacketType answer) {
    const std::uint64_t due = link.due_first + link.due.size();
    if (!park(core, link, {due, publish.packet_id, make_message(core, link, publish, topic)})) {
        return close_link(core, link, ReasonCode::kQuotaExceeded,
                          "more messages wait for room than limits.parked_* allow");
    }
    if (core.traces.is_on()) [[unlikely]]
        trace_held_back(core, "park", *link.parked.back().message, 0);
    acknowledge(core, link, {publish.packet_id, answer, ReasonCode::kSuccess});
}

}  // namespace

TopicRefusal refuse_topic(const Core& core, std::string_view topic) {
    if (is_reserved(topic)) return {ReasonCode::kNotAuthorized, "clients may not publish to this '$' topic"};
    const auto levels = std::count(topic.begin(), topic.end(), '/') + 1;
    if (levels <= core.limits().topic_levels_max) return {};
    return {ReasonCode::kTopicNameInvalid, "the topic has too many levels"};
}

void handle_publish(Core& core, Link& link, const mqtt::Publish& publish) {
    ++core.statistics.publish_received;
    core.statistics.publish_bytes_received += publish.payload.size();
    if (publish.properties.integer(PropertyId::kSubscriptionIdentifier)) {
        // [MQTT-5.0 3.3.4-6]
        return protocol_error(core, link, ReasonCode::kProtocolError,
                              "subscription identifier from a client");
    }
    const std::optional<std::string_view> topic = resolve_topic(core, link, publish);
    if (!topic) return;
    if (core.traces.is_on()) [[unlikely]]
        trace_publish(core, link, publish, *topic);
    if (publish.qos == QoS::kExactlyOnce && !is_first_arrival(core, link, publish)) return;
    if (publish.qos != QoS::kAtMostOnce && exceeds_receive_maximum(core, link)) {
        return protocol_error(core, link, ReasonCode::kReceiveMaximumExceeded,
                              "more unacknowledged messages than Receive Maximum");
    }

    const auto type =
        publish.qos == QoS::kExactlyOnce ? mqtt::PacketType::kPubrec : mqtt::PacketType::kPuback;
    TopicRefusal refused = is_delayed(*topic) ? refuse_delayed(core, *topic, publish.payload.size())
                                              : refuse_topic(core, *topic);
    if (refused.reason == ReasonCode::kSuccess) refused = refuse_publish(core, link, *topic);
    if (refused.reason == ReasonCode::kSuccess) refused = refuse_for_now(core, link, publish, *topic);
    if (refused.reason != ReasonCode::kSuccess) {
        ++core.statistics.publishes_refused;
        if (core.traces.is_on()) [[unlikely]]
            trace_refused(core, link, publish, *topic, refused);
        tell_refusal(core, link, "publish", *topic, refused);
        if (refused.reason == ReasonCode::kQuotaExceeded && !link.is_v5() &&
            publish.qos != QoS::kAtMostOnce) {
            return close_link(core, link, refused.reason, refused.why);  // it may be accepted later
        }
        // Before 5.0 there is no way to refuse but to close: accept and drop [MQTT-3.1.1 3.3.5-2].
        if (publish.qos == QoS::kExactlyOnce && !link.is_v5())
            link.session->incoming.insert(publish.packet_id);
        if (publish.qos != QoS::kAtMostOnce)
            acknowledge(core, link, {publish.packet_id, type, refused.reason, true, 0, refused.why});
        return;
    }
    if (must_park(core, link, publish, *topic)) return park(core, link, publish, *topic, type);
    if (publish.qos == QoS::kExactlyOnce) link.session->incoming.insert(publish.packet_id);

    if (publish.qos == QoS::kAtMostOnce) {
        accept(core, link, publish, *topic, nullptr);
        return;
    }
    const AcknowledgePublish acknowledgement{link.id, link.due_first + link.due.size()};
    const bool may_wait = may_wait_for_others(core, publish.retain);
    Routed routed = accept(core, link, publish, *topic, may_wait ? &acknowledgement : nullptr);
    slow_down(core, acknowledgement, routed.ticket);
    const ReasonCode reason = routed.has_takers ? ReasonCode::kSuccess : ReasonCode::kNoMatchingSubscribers;
    acknowledge(core, link, {publish.packet_id, type, reason, routed.ticket == 0, routed.waits_for});
}

void accept_parked(Core& core, Link& link, const Parked& parked) {
    const session::Message& message = *parked.message;
    if (message.qos() == QoS::kExactlyOnce) link.session->incoming.insert(parked.packet_id);
    const auto publisher = publisher_of(link, message.qos(), parked.packet_id);
    const AcknowledgePublish acknowledgement{link.id, parked.due};
    const bool may_wait = may_wait_for_others(core, message.retain());
    const Routed routed =
        route(core, parked.message, may_wait ? &acknowledgement : nullptr, publisher ? &*publisher : nullptr);
    DueAcknowledgement& due = link.due[parked.due - link.due_first];
    due.ready = routed.ticket == 0;
    due.waits_for = routed.waits_for;
    if (due.waits_for > core.persistence.durable) wait_for_disk(core, link.id);
    release_due(core, link);
}

void release_due(Core& core, Link& link) {
    while (!link.due.empty() && is_due(core, link.due.front())) {
        const DueAcknowledgement due = link.due.pop_front();
        ++link.due_first;
        if (due.type == mqtt::PacketType::kPuback) --link.due_pubacks;
        if (link.phase == Link::Phase::kConnected)
            send_short(core, link, due.type, due.packet_id, due.reason, due.why);
    }
}

}  // namespace dray::shard
