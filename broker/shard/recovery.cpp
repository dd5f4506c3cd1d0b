// After a restart: from records to sessions, subscriptions and retained messages of this shard. The messages
// of sessions stay on disk until their session is touched.
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

using session::Inflight;
using session::Session;
using SessionsByNumber = std::unordered_map<StoredNumber, Session*>;

// Session::sent_up_to of a session whose client was connected when the process ended.
constexpr std::uint64_t kAnyMayBeSent = ~std::uint64_t{0};

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

// A message of a session, as it was on disk.
struct StoredEntry {
    session::Held held;
    bool is_released = false;
};

std::unordered_map<std::uint64_t, ProgressRecord> load_progress(const Core& core, const Session& session) {
    std::unordered_map<std::uint64_t, ProgressRecord> progress;
    core.store.scan(
        Table::kProgress, key_of(session.stored), [&](std::string_view key, std::string_view value) {
            const std::uint64_t first = *understood(position_in(key), "messages", session.client_id);
            progress[first] = *understood(decode_progress(value), "the progress", session.client_id);
            return true;
        });
    return progress;
}

std::vector<StoredEntry> load_pages(Core& core, Session& session) {
    const auto progress = load_progress(core, session);
    std::vector<StoredEntry> entries;
    core.store.scan(Table::kEntries, key_of(session.stored),
                    [&](std::string_view key, std::string_view value) {
                        PageEntries stored = *understood(decode_page(value), "messages", session.client_id);
                        session::Page page;
                        page.first = *understood(position_in(key), "messages", session.client_id);
                        page.count = static_cast<std::uint8_t>(stored.size());
                        page.live = page.all();
                        if (const auto known = progress.find(page.first); known != progress.end()) {
                            page.live = known->second.live;
                            page.released = known->second.released;
                            page.has_progress = true;
                        }
                        for (std::size_t i = 0; i < stored.size(); ++i) {
                            const std::uint64_t bit = page.bit(page.first + i);
                            if ((page.live & bit) == 0) continue;
                            StoredEntry entry{
                                std::move(*understood(std::move(stored[i]), "a message", session.client_id)),
                                (page.released & bit) != 0};
                            entry.held.position = page.first + i;
                            if (entry.is_released) {
                                entry.held.message = {};
                            } else if (entry.held.body != 0) {
                                entry.held.message = load_body(core, entry.held.body);
                            }
                            entries.push_back(std::move(entry));
                        }
                        session.pages.push_back(page);
                        return true;
                    });
    return entries;
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

void load_messages(Core& core, Session& session) {
    session.is_loaded = true;
    std::vector<StoredEntry> entries = load_pages(core, session);
    std::uint64_t last_released = 0;
    for (const StoredEntry& entry : entries) {
        if (entry.is_released) last_released = entry.held.position;
    }
    const session::Page* last = session.pages.last();
    session.last_position = std::max(last_released, last == nullptr ? 0 : last->end() - 1);
    if (session.sent_up_to == kAnyMayBeSent) session.sent_up_to = session.last_position + 1;
    // New messages come behind those that were sent, or after another restart they would seem so, too.
    session.last_position = std::max(session.last_position + 1, session.sent_up_to) - 1;
    for (auto& [held, is_released] : entries) {
        held.sent_before = held.position < session.sent_up_to;
        // Once PUBREC has come the topic is not known any more.
        held.root =
            held.message ? core.statistics.books.root_of(held.message->topic()) : RootBooks::kOtherRoots;
        core.statistics.books[held.root].hold();
        if (held.position <= last_released) {
            const auto phase = is_released                           ? Inflight::Phase::kAwaitsPubcomp
                               : held.qos == mqtt::QoS::kExactlyOnce ? Inflight::Phase::kAwaitsPubrec
                                                                     : Inflight::Phase::kAwaitsPuback;
            ++core.statistics.inflight;
            session.inflight.restore(std::move(held), phase);
        } else {
            session.queue_bytes += held.message->weight();
            core.statistics.queued_bytes += held.message->payload().size();
            session.queue.push_back(std::move(held));
        }
    }
}

}  // namespace dray::shard
