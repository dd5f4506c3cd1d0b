// CONNECT, MQTT 3.1.1 section 3.1 and 5.0 section 3.1: who is this, does the client belong to this shard, and
// does its session go on?
#include <algorithm>

#include "shard/connections.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"

namespace dray::shard {

namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;
using session::Session;

constexpr std::uint32_t kNeverExpires = 0xFFFFFFFF;

Handled refuse(Core& core, Link& link, ReasonCode reason, const char* why) {
    ++core.statistics.connects_refused;
    send(core, link, mqtt::Connack{false, reason, {}});
    close_link(core, link, reason, why);
    return Handled::kHere;
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
            : (connect.clean_start ? 0 : kNeverExpires);
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
    const std::uint16_t keep_alive_s =
        limits.keep_alive_s_max < connect.keep_alive_s || connect.keep_alive_s == 0
            ? (limits.keep_alive_s_max == 65'535 ? connect.keep_alive_s : limits.keep_alive_s_max)
            : connect.keep_alive_s;
    link.silence_ms_max = std::int64_t{keep_alive_s} * 1500;
    link.window = static_cast<std::uint16_t>(std::min<std::uint32_t>(
        asked.integer(PropertyId::kReceiveMaximum).value_or(65'535), limits.inflight_messages_max));
    link.packet_bytes_max = asked.integer(PropertyId::kMaximumPacketSize).value_or(0);
    if (!link.is_v5()) return answer;

    const std::uint32_t expiry_asked = asked.integer(PropertyId::kSessionExpiryInterval).value_or(0);
    if (session.expiry_s != expiry_asked) answer.add(PropertyId::kSessionExpiryInterval, session.expiry_s);
    answer.add(PropertyId::kReceiveMaximum, limits.receive_messages_max);
    answer.add(PropertyId::kMaximumPacketSize, link.receive_bytes_max);
    if (id_was_assigned) answer.add(PropertyId::kAssignedClientIdentifier, session.client_id);
    if (limits.topic_aliases_max > 0) answer.add(PropertyId::kTopicAliasMaximum, limits.topic_aliases_max);
    if (keep_alive_s != connect.keep_alive_s) answer.add(PropertyId::kServerKeepAlive, keep_alive_s);
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

}  // namespace

Handled handle_connect(Core& core, Link& link, const mqtt::Connect& connect) {
    link.outbox.set_version(connect.version);
    if (link.full)
        return refuse(core, link, ReasonCode::kServerBusy, "there is no room for more connections");
    const bool assigns_id = connect.client_id.empty();
    if (assigns_id && connect.version != mqtt::ProtocolVersion::kV5 && !connect.clean_start) {
        // [MQTT-3.1.1 3.1.3-8]
        return refuse(core, link, ReasonCode::kClientIdentifierNotValid,
                      "empty client id without clean session");
    }
    const std::string client_id = assigns_id ? assign_client_id(core) : std::string(connect.client_id);
    const ShardIndex home = home_of(client_id, core.options.count);
    if (home != core.options.index) {
        core.effects.handovers.push_back({link.id, home});
        core.links.free(link);
        return Handled::kHandedOver;
    }
    if (connect.properties.text(PropertyId::kAuthenticationMethod)) {
        return refuse(core, link, ReasonCode::kBadAuthenticationMethod, "no such authentication method");
    }
    if (!link.allow_anonymous && !link.identity) {
        return refuse(core, link, ReasonCode::kNotAuthorized,
                      "anonymous clients are not allowed on this listener");
    }

    const std::uint64_t records = core.persistence.records;
    bool present = false;
    Session& session = take_session(core, client_id, connect.clean_start, present);
    session.expiry_s = expiry_of(core, connect);
    session.ends_at = kNever;
    session.will_at = kNever;
    if (link.identity) {
        session.user_name = *link.identity;
    } else if (connect.user_name) {
        session.user_name = *connect.user_name;
    }
    session.link = link.id.index;
    set_will(core, session, connect);
    link.session = &session;
    link.phase = Link::Phase::kConnected;
    const mqtt::PropertyList answer = set_terms(core, link, session, connect, assigns_id);
    if (link.silence_ms_max > 0) {
        const Instant due = core.now + std::chrono::milliseconds(link.silence_ms_max);
        core.timers.set({due, Timer::Kind::kKeepAlive, link.id.index, link.id.generation});
    }
    ++core.statistics.connects_accepted;
    ++core.connected;
    if (!session.is_loaded) load_messages(core, session);
    keep_session(core, session);
    if (core.persistence.records != records) {
        link.outbox.hold(true);
        when_durable(core, ReleaseOutput{link.id});
    }
    send(core, link, mqtt::Connack{present, ReasonCode::kSuccess, answer.view()});
    pump(core, session);
    return Handled::kHere;
}

}  // namespace dray::shard
