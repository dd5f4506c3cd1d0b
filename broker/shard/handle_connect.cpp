// CONNECT, MQTT 3.1.1 section 3.1 and 5.0 section 3.1: who is this, does the client belong to this shard, and
// does its session go on?
#include <algorithm>

#include "mqtt/topic.h"
#include "shard/access.h"
#include "shard/ack_durability.h"
#include "shard/answers.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;
using session::Session;

// Where the client should go instead, if that is what the reason says.
mqtt::PropertyList elsewhere(const Core& core, ReasonCode reason) {
    mqtt::PropertyList list;
    if (reason == ReasonCode::kUseAnotherServer || reason == ReasonCode::kServerMoved)
        list.add(PropertyId::kServerReference, core.options.server_reference);
    return list;
}

std::uint16_t keep_alive_of(const Limits& limits, std::uint16_t asked_s) {
    const bool is_limited = limits.keep_alive_s_max != 65'535;
    return is_limited && (asked_s == 0 || asked_s > limits.keep_alive_s_max) ? limits.keep_alive_s_max
                                                                             : asked_s;
}

// A topic for answers to requests of this client, MQTT 5.0 section 4.10; none if its id cannot stand in one.
std::string response_information(const Core& core, const Session& session) {
    const std::string topic = core.options.response_prefix + '/' + session.client_id + '/';
    return mqtt::is_valid_topic_name(topic) ? topic : std::string();
}

// A client id for a client that brings none: one that belongs to this shard.
std::string assign_client_id(Core& core) {
    static constexpr char kDigits[] = "0123456789abcdef";
    for (;;) {
        std::string id = "dray-";
        std::uint64_t bits = core.random.next();
        for (int i = 0; i < 16; ++i, bits >>= 4) id += kDigits[bits & 0xF];
        if (home_of(id, core.options.count) == core.options.index && core.sessions.find(id) == nullptr)
            return id;
    }
}

std::uint32_t expiry_of(const Core& core, const mqtt::Connect& connect) {
    const std::uint32_t wanted =
        connect.version == mqtt::ProtocolVersion::kV5
            ? connect.properties.integer(PropertyId::kSessionExpiryInterval).value_or(0)
            : (connect.clean_start ? 0 : session::kExpiresNever);
    return std::min(wanted, core.limits().session_expiry_s_max);
}

void set_will(Core& core, Session& session, const mqtt::Connect& connect) {
    session.will.reset();
    if (!connect.will) return;
    const mqtt::Will& will = *connect.will;
    mqtt::Publish publish;
    publish.qos = will.qos;
    publish.retain = will.retain;
    publish.properties = will.properties;
    publish.payload = will.payload;
    const auto expiry = will.properties.integer(PropertyId::kMessageExpiryInterval);
    const Instant expires_at = expiry ? core.now + std::chrono::seconds(*expiry) : kNever;
    session.will = std::make_unique<session::WillMessage>();
    session.will->message = session::Message::make(publish, will.topic, {session.number, expires_at});
    session.will->delay_s = will.properties.integer(PropertyId::kWillDelayInterval).value_or(0);
}

// What the client asked for, as far as we grant it, and the answers that follow from it.
mqtt::PropertyList set_terms(const Core& core, Link& link, const Session& session,
                             const mqtt::Connect& connect, bool id_was_assigned) {
    const Limits& limits = core.limits();
    const mqtt::Properties& asked = connect.properties;
    mqtt::PropertyList answer;
    const std::uint16_t keep_alive_s = keep_alive_of(limits, connect.keep_alive_s);
    link.silence_ms_max = std::int64_t{keep_alive_s} * 1500;
    link.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(
        asked.integer(PropertyId::kReceiveMaximum).value_or(65'535), limits.inflight_messages_max));
    if (!link.is_v5()) return answer;
    const std::uint32_t aliases = std::min<std::uint32_t>(
        asked.integer(PropertyId::kTopicAliasMaximum).value_or(0), limits.topic_aliases_sent_max);
    if (aliases > 0)
        link.sent_aliases = std::make_unique<session::SentAliases>(static_cast<std::uint16_t>(aliases));

    const std::uint32_t expiry_asked = asked.integer(PropertyId::kSessionExpiryInterval).value_or(0);
    if (session.expiry_s != expiry_asked) answer.add(PropertyId::kSessionExpiryInterval, session.expiry_s);
    answer.add(PropertyId::kReceiveMaximum, limits.receive_messages_max);
    answer.add(PropertyId::kMaximumPacketSize, link.receive_bytes_max);
    if (id_was_assigned) answer.add(PropertyId::kAssignedClientIdentifier, session.client_id);
    if (limits.topic_aliases_max > 0) answer.add(PropertyId::kTopicAliasMaximum, limits.topic_aliases_max);
    if (keep_alive_s != connect.keep_alive_s) answer.add(PropertyId::kServerKeepAlive, keep_alive_s);
    if (!core.options.response_prefix.empty() &&
        asked.integer(PropertyId::kRequestResponseInformation).value_or(0) == 1) {
        const std::string topic = response_information(core, session);
        if (!topic.empty()) answer.add(PropertyId::kResponseInformation, topic);
    }
    return answer;
}

// The session that this connection goes on with; `present` says whether it was there before.
Session& take_session(Core& core, const std::string& client_id, bool clean_start, bool& present) {
    Session* session = core.sessions.find(client_id);
    if (session != nullptr && session->is_connected()) {
        // [MQTT-3.1.1 3.1.4-2], [MQTT-5.0 3.1.4-3]
        close_link(core, core.links.at(session->link), ReasonCode::kSessionTakenOver, "session taken over");
        session = core.sessions.find(client_id);
    }
    if (session != nullptr && clean_start) {
        end_session(core, *session);
        session = nullptr;
    }
    present = session != nullptr;
    return present ? *session : core.sessions.create(client_id);
}

// Where rules say who may have what, nobody inherits what was meant for another user.
bool is_of_another(const Core& core, const std::string& client_id, const std::string& user) {
    if (core.options.access == nullptr) return false;
    const Session* session = core.sessions.find(client_id);
    return session != nullptr && session->user_name != user;
}

// Before anything else is looked at: may such a client come in at all?
TopicRefusal refusal(const Core& core, const Link& link, const mqtt::Connect& connect) {
    if (link.full) return {ReasonCode::kServerBusy, "there is no room for more connections"};
    switch (is_operator(link) ? Redirect::kNone : core.options.redirect) {
        case Redirect::kUseAnotherServer:
            return {ReasonCode::kUseAnotherServer, "use the server that is named"};
        case Redirect::kServerMoved:
            return {ReasonCode::kServerMoved, "the server has moved"};
        case Redirect::kNone:
            break;
    }
    if (connect.client_id.empty() && connect.version != mqtt::ProtocolVersion::kV5 && !connect.clean_start) {
        // [MQTT-3.1.1 3.1.3-8]
        return {ReasonCode::kClientIdentifierNotValid, "empty client id without clean session"};
    }
    if (!may_be_called(link, connect.client_id)) {
        return {ReasonCode::kClientIdentifierNotValid, "client ids of that kind are the broker's own"};
    }
    return connect.will ? refuse_topic(core, connect.will->topic) : TopicRefusal{};
}

}  // namespace

void refuse_connect(Core& core, Link& link, ReasonCode reason, const char* why) {
    ++core.statistics.connects_refused;
    if (core.traces.is_on()) [[unlikely]]
        trace_connack(core, link, false, {reason, why});
    send(core, link, mqtt::Connack{false, reason, elsewhere(core, reason).view()}, why);
    close_link(core, link, reason, why);
}

void accept_connect(Core& core, Link& link, const mqtt::Connect& connect, const std::string& client_id,
                    const AuthAnswer& proof) {
    const TopicRefusal forbidden = take_access(core, link, connect, client_id, proof);
    if (forbidden.reason != ReasonCode::kSuccess)
        return refuse_connect(core, link, forbidden.reason, forbidden.why);
    const std::uint64_t records = core.persistence.records;
    const std::string& user = link.identity ? *link.identity : proof.user;
    bool present = false;
    Session& session =
        take_session(core, client_id, connect.clean_start || is_of_another(core, client_id, user), present);
    session.expiry_s = expiry_of(core, connect);
    session.ends_at = kNever;
    session.will_at = kNever;
    session.user_name = user;
    session.link = link.id.index;
    set_will(core, session, connect);
    link.session = &session;
    link.phase = Link::Phase::kConnected;
    link.connected_at = core.now;
    set_pace(core, link);
    mqtt::PropertyList answer = set_terms(core, link, session, connect, connect.client_id.empty());
    if (link.authentication) {  // [MQTT-5.0 4.12.0-5]
        answer.add(PropertyId::kAuthenticationMethod, link.authentication->method);
        if (!proof.data.empty()) answer.add(PropertyId::kAuthenticationData, proof.data);
    }
    if (proof.expires_at != kNever) {
        core.timers.set({proof.expires_at, Timer::Kind::kCredentials, link.id.index, link.id.generation});
    }
    if (link.silence_ms_max > 0) {
        const Instant due = core.now + std::chrono::milliseconds(link.silence_ms_max);
        core.timers.set({due, Timer::Kind::kKeepAlive, link.id.index, link.id.generation});
    }
    ++core.statistics.connects_accepted;
    ++core.connected;
    if (!session.is_loaded) load_messages(core, session);
    begin_watches(core, session);
    if (present) drop_forbidden_subscriptions(core, link, session);
    keep_session(core, session);
    if (core.persistence.records != records) {
        link.outbox.hold(true);
        when_durable(core, ReleaseOutput{link.id});
    }
    if (core.traces.is_on()) [[unlikely]] {
        tell_publisher(core, session.client_id, session.number);
        trace_connack(core, link, present, {});
    }
    send(core, link, mqtt::Connack{present, ReasonCode::kSuccess, answer.view()});
    if (link.phase != Link::Phase::kConnected) return;
    start_readers(core, session);
    join_queues(core, session);
    pump(core, session);
}

Handled handle_connect(Core& core, Link& link, const mqtt::Connect& connect, ByteView bytes) {
    ++core.statistics.connects_received;
    link.outbox.set_version(connect.version);
    link.packet_bytes_max = connect.properties.integer(PropertyId::kMaximumPacketSize).value_or(0);
    link.wants_problem_information =
        connect.properties.integer(PropertyId::kRequestProblemInformation).value_or(1) == 1;
    link.wants_durability = asks_for_durability(connect);
    if (const TopicRefusal refused = refusal(core, link, connect); refused.reason != ReasonCode::kSuccess) {
        if (core.traces.is_on()) [[unlikely]]
            trace_connect(core, link, connect, connect.client_id);
        refuse_connect(core, link, refused.reason, refused.why);
        return Handled::kHere;
    }
    std::string client_id =
        connect.client_id.empty() ? assign_client_id(core) : std::string(connect.client_id);
    const ShardIndex home = home_of(client_id, core.options.count);
    if (home != core.options.index) {
        --core.statistics.connects_received;  // it will be counted there
        --core.statistics.sockets_opened;
        --core.statistics.packets_received;
        core.effects.handovers.push_back({link.id, home});
        core.links.free(link);
        return Handled::kHandedOver;
    }
    if (core.traces.is_on()) [[unlikely]]
        trace_connect(core, link, connect, client_id);
    const AuthAnswer answer = authenticate(core, link, connect);
    switch (answer.kind) {
        case AuthAnswer::Kind::kSuccess:
            accept_connect(core, link, connect, client_id, answer);
            break;
        case AuthAnswer::Kind::kFailure:
            refuse_connect(core, link, answer.reason, answer.why);
            break;
        case AuthAnswer::Kind::kContinue:
            link.authentication->connect = as_text(bytes);
            link.authentication->client_id = std::move(client_id);
            link.phase = Link::Phase::kAuthenticating;
            send_challenge(core, link, ReasonCode::kContinueAuthentication, answer.data);
            break;
    }
    return Handled::kHere;
}

}  // namespace dray::shard
