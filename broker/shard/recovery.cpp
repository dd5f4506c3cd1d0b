// After a restart: from records to sessions, subscriptions and retained messages of this shard. The messages
// of sessions stay on disk until their session is touched (load_messages.cpp).
#include <algorithm>
#include <stdexcept>
#include <unordered_map>

#include "shard/connections.h"
#include "shard/core.h"
#include "shard/queue_store.h"
#include "shard/records.h"
#include "shard/routing.h"
#include "shard/stream_records.h"

namespace dray::shard {

namespace {

using session::Session;
using SessionsByNumber = std::unordered_map<StoredNumber, Session*>;

template <typename Record>
Record understood(Record record, const char* what, std::string_view key) {
    if (record) return record;
    throw std::runtime_error(
        "the store has a record that this version does not understand: " + std::string(what) + " of '" +
        std::string(key) + "'. `drayctl store check` names all such records");
}

// A session whose client was connected when the process ended loses its connection now.
void set_deadlines(Core& core, Session& session, const SessionRecord& record) {
    if (session.expiry_s != 0xFFFFFFFF) {
        session.ends_at =
            record.is_connected ? core.now + std::chrono::seconds(session.expiry_s) : record.ends_at;
        core.timers.set({session.ends_at, Timer::Kind::kSessionEnd, 0, session.number});
    }
    if (session.will) {
        session.will_at = record.is_connected ? core.now + std::chrono::seconds(session.will->delay_s)
                                              : record.will->due_at;
        core.timers.set({session.will_at, Timer::Kind::kWill, 0, session.number});
    }
    if (record.is_connected) keep_session(core, session);
}

void recover_session(Core& core, std::string_view client_id, const SessionRecord& record) {
    Session& session = core.sessions.create(std::string(client_id));
    session.stored = record.number;
    session.user_name = record.user_name;
    session.expiry_s = record.expiry_s;
    session.is_loaded = false;
    session.sent_up_to = record.is_connected ? kAnyMayBeSent : record.sent_up_to;
    if (record.will) {
        session.will = std::make_unique<session::WillMessage>();
        session.will->message = record.will->message;
        session.will->delay_s = record.will->delay_s;
    }
    set_deadlines(core, session, record);
}

SessionsByNumber recover_sessions(Core& core) {
    SessionsByNumber by_number;
    // Numbers of sessions that are no more are not given again, even if something of theirs should be left.
    core.persistence.last_number = static_cast<std::uint64_t>(core.now.ms);
    core.store.scan(Table::kSessions, {}, [&](std::string_view client_id, std::string_view value) {
        const SessionRecord record = *understood(decode_session(value), "the session", client_id);
        core.persistence.last_number = std::max(core.persistence.last_number, record.number >> 8);
        if (home_of(client_id, core.options.count) != core.options.index) return true;
        recover_session(core, client_id, record);
        by_number[record.number] = core.sessions.find(client_id);
        return true;
    });
    return by_number;
}

Session* owner_of(const SessionsByNumber& sessions, std::string_view key, std::string_view& rest) {
    const SessionKey parts = *understood(parse_session_key(key), "something", key);
    rest = parts.rest;
    const auto found = sessions.find(parts.session);
    return found == sessions.end() ? nullptr : found->second;
}

void recover_subscriptions(Core& core, const SessionsByNumber& sessions) {
    std::vector<std::string> routes;
    core.store.scan(Table::kSubscriptions, {}, [&](std::string_view key, std::string_view value) {
        std::string_view filter;
        Session* session = owner_of(sessions, key, filter);
        if (session == nullptr) return true;
        const SubscriptionRecord record = *understood(decode_subscription(value), "a subscription", filter);
        restore_subscription(core, *session, filter, record.options, record.id, routes);
        return true;
    });
    announce(core, routes, {}, 0);
}

void recover_cursors(Core& core, const SessionsByNumber& sessions) {
    core.store.scan(Table::kStreamCursors, {}, [&](std::string_view key, std::string_view value) {
        std::string_view filter;
        Session* session = owner_of(sessions, key, filter);
        if (session == nullptr) return true;
        auto cursor = understood(decode_stream_cursor(value), "the reader of a stream", filter);
        const auto subscription = session->subscriptions.find(filter);
        if (subscription == session->subscriptions.end()) return true;
        session->sources[subscription->second.source - 1u].cursor = std::move(*cursor);
        return true;
    });
}

void recover_incoming(Core& core, const SessionsByNumber& sessions) {
    core.store.scan(Table::kIncoming, {}, [&](std::string_view key, std::string_view) {
        std::string_view rest;
        Session* session = owner_of(sessions, key, rest);
        if (session == nullptr) return true;
        const std::uint64_t id = *understood(parse_number(rest), "a packet id", session->client_id);
        session->incoming.insert(mqtt::PacketId(id)).is_kept = true;
        return true;
    });
}

void recover_retained(Core& core) {
    core.store.scan(Table::kRetained, {}, [&](std::string_view topic, std::string_view value) {
        if (home_of(topic, core.options.count) != core.options.index) return true;
        const session::MessageRef message = understood(decode_message(value), "the retained message", topic);
        core.statistics.retained_bytes += message->payload().size();
        core.retained.set(topic, message);
        return true;
    });
}

}  // namespace

void recover(Core& core) {
    const SessionsByNumber sessions = recover_sessions(core);
    recover_subscriptions(core, sessions);
    recover_cursors(core, sessions);
    recover_incoming(core, sessions);
    recover_retained(core);
    recover_delayed(core);
    recover_bodies(core);
    recover_queues(core);
}

}  // namespace dray::shard
