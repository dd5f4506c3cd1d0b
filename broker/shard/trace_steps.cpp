#include "shard/trace_steps.h"

#include <algorithm>
#include <bit>
#include <string>
#include <utility>

#include "mqtt/version_name.h"
#include "shard/core.h"

namespace dray::shard {

namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;
using session::Message;
using session::Session;

// A user name that is longer may be a token that was put into the wrong field.
constexpr std::size_t kClaimedUserBytesMax = 64;

// Details that say nothing are left out: what is false, 0 or empty is not worth the place in a line.
class Step {
  public:
    Step(const char* what, std::string_view client) {
        step_.what = what;
        step_.client = client;
    }
    Step& with(const char* name, std::string_view text) {
        if (!text.empty()) value(name).emplace<std::string>(text);
        return *this;
    }
    Step& with(const char* name, const char* text) { return with(name, std::string_view(text)); }
    Step& number(const char* name, std::uint64_t number) {
        value(name).emplace<std::uint64_t>(number);
        return *this;
    }
    Step& number_if_any(const char* name, std::uint64_t some) {
        return some == 0 ? *this : number(name, some);
    }
    Step& flag(const char* name, bool flag) {
        if (flag) value(name).emplace<bool>(true);
        return *this;
    }
    Step& list(const char* name, std::vector<std::string> texts) {
        if (!texts.empty()) value(name).emplace<std::vector<std::string>>(std::move(texts));
        return *this;
    }
    Step& reason(ReasonCode reason) { return with("reason", name(reason)); }
    Step& packet(mqtt::PacketId id) { return number_if_any("packet", static_cast<std::uint64_t>(id)); }
    Step& message(const Message& message) {
        return with("topic", message.topic()).number("bytes", message.payload().size());
    }
    Step& payload_of(const session::MessageRef& message) {
        step_.message = message;
        return *this;
    }
    void add(Core& core, const Message* message = nullptr) {
        step_.is_from_afar = message != nullptr && message->publisher() != 0 &&
                             shard_of(message->publisher()) != core.options.index;
        add_step(core, std::move(step_), message);
    }

  private:
    TraceStep::Value& value(const char* name) {
        TraceStep::Detail& detail = step_.details.emplace_back();
        detail.name = name;
        return detail.value;
    }

    TraceStep step_;
};

std::uint64_t number_of(mqtt::QoS qos) {
    return static_cast<std::uint64_t>(qos);
}

const char* name_of(mqtt::PacketType type) {
    switch (type) {
        case mqtt::PacketType::kPuback:
            return "puback";
        case mqtt::PacketType::kPubrec:
            return "pubrec";
        case mqtt::PacketType::kPubrel:
            return "pubrel";
        default:
            return "pubcomp";
    }
}

std::string client_of(const Link& link) {
    if (link.session != nullptr) return link.session->client_id;
    return link.traced_id ? *link.traced_id : std::string();
}

// Where a message of a session comes from that is not its own subscription's: "$queue/jobs".
std::string source_of(const Session& session, const session::Held& held) {
    if (held.source == 0) return {};
    const session::MessageSource& source = session.sources[held.source - 1u];
    switch (source.kind) {
        case session::SourceKind::kGroup:
            return "$share/" + source.group + '/' + source.filter;
        case session::SourceKind::kQueue:
            return std::string(kQueueRoot) + source.group;
        case session::SourceKind::kStream:
            return std::string(kStreamRoot) + source.group;
    }
    return {};
}

std::string duration_of(std::uint32_t expiry_s) {
    return expiry_s == session::kExpiresNever ? "never" : std::to_string(expiry_s) + " s";
}

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::kRefused:
            return "the client has refused it";
        case Outcome::kExpired:
            return "it has expired";
        case Outcome::kUndeliverable:
            return "the client may not have it, or takes no packet of its size";
        case Outcome::kTurnedAway:
            return "the session has no room";
        case Outcome::kReturned:
            return "the client has left before it acknowledged";
        case Outcome::kUnsent:
            return "it was not sent yet";
        case Outcome::kConsumed:
            break;
    }
    return {};
}

bool is_of_queue(const Session& session, const session::Held& held) {
    return held.source != 0 && session.sources[held.source - 1u].kind == session::SourceKind::kQueue;
}

void trace_arrival(Core& core, Step step, const Link& link, const mqtt::Publish& publish,
                   std::string_view topic, bool with_payload) {
    const session::MessageRef message = Message::make(publish, topic, {link.session->number, kNever});
    if (with_payload) step.payload_of(message);
    step.add(core, message.get());
}

}  // namespace

void trace_connect(Core& core, Link& link, const mqtt::Connect& connect, std::string_view client_id) {
    link.traced_id = std::make_unique<std::string>(client_id);
    const auto property = [&connect](PropertyId id) { return connect.properties.integer(id).value_or(0); };
    std::string_view user = connect.user_name.value_or(std::string_view());
    if (user.size() > kClaimedUserBytesMax) user = "(too long to show)";
    const std::string_view peer = link.peer ? std::string_view(*link.peer) : std::string_view();
    Step("connect", client_id)
        .with("peer", peer)
        .with("version", mqtt::version_name(connect.version))
        .flag("clean_start", connect.clean_start)
        .number("keep_alive_s", connect.keep_alive_s)
        .with("expiry", connect.properties.integer(PropertyId::kSessionExpiryInterval)
                            ? duration_of(property(PropertyId::kSessionExpiryInterval))
                            : std::string())
        .number_if_any("receive_maximum", property(PropertyId::kReceiveMaximum))
        .number_if_any("packet_bytes_max", property(PropertyId::kMaximumPacketSize))
        .number_if_any("topic_alias_maximum", property(PropertyId::kTopicAliasMaximum))
        .with("user", user)
        .flag("password", connect.password.has_value())
        .with("method", connect.properties.text(PropertyId::kAuthenticationMethod).value_or(""))
        .with("will", connect.will ? connect.will->topic : std::string_view())
        .add(core);
}

void trace_connack(Core& core, const Link& link, bool session_present, const TopicRefusal& answer) {
    Step step("connack", client_of(link));
    step.reason(answer.reason).with("why", answer.why).flag("session_present", session_present);
    if (link.session != nullptr) {
        step.with("user", link.session->user_name)
            .with("expiry", duration_of(link.session->expiry_s))
            .number("window", link.window)
            .number("keep_alive_s", static_cast<std::uint64_t>(link.silence_ms_max / 1500))
            .number_if_any("subscriptions", link.session->subscriptions.size())
            .number_if_any("unacknowledged", link.session->inflight.size())
            .number_if_any("waiting", link.session->queue.size());
    }
    step.add(core);
}

void trace_disconnect(Core& core, const Link& link, ReasonCode reason, const char* why) {
    Step step("disconnect", client_of(link));
    step.reason(reason).with("why", why);
    if (link.session != nullptr) {
        step.with("session", link.session->expiry_s == 0 ? "ends" : "stays")
            .with("expiry", duration_of(link.session->expiry_s));
    }
    step.add(core);
}

void trace_session_end(Core& core, Session& session) {
    Step("session-end", session.client_id)
        .number_if_any("unacknowledged", session.inflight.size())
        .number_if_any("waiting", session.queue.size())
        .add(core);
    const auto discard = [&](const session::Held& held) {
        if (held.message) trace_discard(core, session.client_id, *held.message, Discard::kSessionEnded);
    };
    session.inflight.for_each([&](const session::Inflight::Entry& entry) { discard(entry.held); });
    for (std::size_t i = 0; i < session.queue.size(); ++i) discard(session.queue[i]);
}

void trace_will(Core& core, const Session& session, std::uint32_t delay_s) {
    const Message& message = *session.will->message;
    Step(delay_s == 0 ? "will" : "will-waits", session.client_id)
        .message(message)
        .number("qos", number_of(message.qos()))
        .flag("retain", message.retain())
        .number_if_any("delay_s", delay_s)
        .payload_of(session.will->message)
        .add(core, &message);
}

void trace_subscribe(Core& core, const Session& session, const mqtt::Subscribe& subscribe) {
    for (const mqtt::SubscriptionRequest& request : subscribe.requests) {
        Step("subscribe", session.client_id)
            .packet(subscribe.packet_id)
            .with("filter", request.filter)
            .number("qos", number_of(request.options.qos))
            .flag("no_local", request.options.no_local)
            .flag("retain_as_published", request.options.retain_as_published)
            .number_if_any("retain_handling", static_cast<std::uint64_t>(request.options.retain_handling))
            .number_if_any("id",
                           subscribe.properties.integer(PropertyId::kSubscriptionIdentifier).value_or(0))
            .add(core);
    }
}

void trace_unsubscribe(Core& core, const Session& session, const mqtt::Unsubscribe& unsubscribe) {
    for (const std::string_view filter : unsubscribe.filters)
        Step("unsubscribe", session.client_id).packet(unsubscribe.packet_id).with("filter", filter).add(core);
}

void trace_grants(Core& core, const Link& link, const char* what, mqtt::PacketId packet_id,
                  const std::vector<ReasonCode>& reasons, const char* why) {
    std::vector<std::string> names;
    const bool is_suback = std::string_view(what) == "suback";
    for (const ReasonCode reason : reasons) {
        const bool is_qos0 = is_suback && reason == ReasonCode::kSuccess;
        names.emplace_back(is_qos0 ? std::string_view("Granted QoS 0") : name(reason));
    }
    Step(what, client_of(link))
        .packet(packet_id)
        .list("reasons", std::move(names))
        .with("why", why)
        .add(core);
}

void trace_publish(Core& core, const Link& link, const mqtt::Publish& publish, std::string_view topic) {
    Step step("publish", client_of(link));
    step.with("topic", topic)
        .number("qos", number_of(publish.qos))
        .number("bytes", publish.payload.size())
        .packet(publish.packet_id)
        .flag("retain", publish.retain)
        .flag("dup", publish.dup)
        .number_if_any("expiry_s", publish.properties.integer(PropertyId::kMessageExpiryInterval).value_or(0))
        .number_if_any("alias", publish.properties.integer(PropertyId::kTopicAlias).value_or(0));
    trace_arrival(core, std::move(step), link, publish, topic, true);
}

void trace_refused(Core& core, const Link& link, const mqtt::Publish& publish, std::string_view topic,
                   const TopicRefusal& refused) {
    Step step("refuse", client_of(link));
    step.with("topic", topic).reason(refused.reason).with("why", refused.why);
    trace_arrival(core, std::move(step), link, publish, topic, false);
}

void trace_held_back(Core& core, const char* what, const Message& message, std::uint64_t delay_s) {
    Step(what, {}).message(message).number_if_any("delay_s", delay_s).add(core, &message);
}

void trace_takers(Core& core, const Message& message, bool is_here) {
    const topics::MatchResult& match = core.match;
    if (!is_here && match.subscribers.empty() && match.groups.empty()) return;
    std::vector<std::string> groups;
    for (const topics::GroupId id : match.groups) {
        const topics::SharedGroup& group = core.subscriptions.group(id);
        const bool is_share = !group.name().starts_with('$');
        groups.push_back(is_share ? "$share/" + group.name() + '/' + std::string(group.filter())
                                  : std::string(group.name()));
    }
    Step step("takers", {});
    step.message(message).number("subscriptions", match.subscribers.size()).list("groups", std::move(groups));
    if (is_here) {
        step.number_if_any("other_shards", static_cast<std::uint64_t>(std::popcount(match.remote_shards)))
            .flag("retained", message.retain());
        if (match.empty()) step.with("why", "nobody has subscribed to it");
    }
    step.add(core, &message);
}

void trace_deliver(Core& core, const Session& session, const session::Delivery& delivery) {
    const Message& message = *delivery.message;
    Step("deliver", session.client_id)
        .message(message)
        .number("qos", number_of(delivery.qos))
        .packet(delivery.packet_id)
        .flag("retain", delivery.retain)
        .flag("dup", delivery.dup)
        .number_if_any("expiry_s", delivery.expiry_s)
        .payload_of(delivery.message)
        .add(core, &message);
}

void trace_wait(Core& core, const Session& session, const session::Held& held) {
    const char* const why =
        session.is_connected() ? "its window or outbox is full, or older ones wait" : "it is not connected";
    Step("wait", session.client_id)
        .message(*held.message)
        .number("qos", number_of(held.qos))
        .with("from", source_of(session, held))
        .with("why", why)
        .number("before_it", session.queue.size())
        .add(core, held.message.get());
}

void trace_outcome(Core& core, const Session& session, const session::Held& held, const Message& message,
                   Outcome outcome, Discard why) {
    // A queue decides itself what becomes of what it gets back.
    const bool is_given_back =
        outcome == Outcome::kReturned || outcome == Outcome::kUnsent || is_of_queue(session, held);
    const bool is_expired = outcome == Outcome::kExpired;
    Step(is_given_back ? "return"
         : is_expired  ? "expire"
                       : "discard",
         session.client_id)
        .message(message)
        .with("from", source_of(session, held))
        .with("why", is_given_back ? name_of(outcome)
                     : is_expired  ? std::string_view()
                                   : name(why))
        .add(core, &message);
}

void trace_discard(Core& core, std::string_view client_id, const Message& message, Discard why,
                   std::string_view of) {
    Step("discard", client_id).message(message).with("from", of).with("why", name(why)).add(core, &message);
}

void trace_queue(Core& core, const Queue& queue, const char* what, const Message& message,
                 std::string_view why, std::string_view to) {
    Step(what, {})
        .message(message)
        .with("from", std::string(kQueueRoot) + queue.options.name)
        .with("to", to.empty() ? std::string() : std::string(kQueueRoot).append(to))
        .with("why", why)
        .add(core, &message);
}

void trace_acknowledged(Core& core, const Link& link, mqtt::PacketType type,
                        const mqtt::Acknowledgement& acknowledgement) {
    const session::Inflight::Entry* entry = link.session->inflight.find(acknowledgement.packet_id);
    const Message* message =
        entry != nullptr && type != mqtt::PacketType::kPubrel ? entry->held.message.get() : nullptr;
    Step step(name_of(type), link.session->client_id);
    step.with("by", "client").packet(acknowledgement.packet_id).reason(acknowledgement.reason);
    if (message != nullptr) step.with("topic", message->topic());
    step.with("why", acknowledgement.properties.text(PropertyId::kReasonString).value_or(""));
    step.add(core, message);
}

void trace_acknowledges(Core& core, const Link& link, mqtt::PacketType type, mqtt::PacketId packet_id,
                        ReasonCode reason, const char* why) {
    Step(name_of(type), client_of(link))
        .with("by", "broker")
        .packet(packet_id)
        .reason(reason)
        .with("why", why)
        .add(core);
}

}  // namespace dray::shard
