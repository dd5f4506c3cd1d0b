#include "shard/persistence.h"

#include <algorithm>

#include "shard/collection.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"
#include "shard/records.h"
#include "shard/sources.h"
#include "shard/stream_records.h"

namespace dray::shard {

namespace {

using session::Held;
using session::Session;

void wake_when_durable(Core& core, const Session& session, StoreSequence sequence) {
    Ring<Persistence::WaitingSession>& waiting = core.persistence.sessions;
    if (!waiting.empty() && waiting.back().sequence == sequence && waiting.back().session == session.number)
        return;
    waiting.push_back({sequence, session.number});
}

SessionRecord record_of(const Session& session) {
    SessionRecord record;
    record.number = session.stored;
    record.expiry_s = session.expiry_s;
    record.ends_at = session.is_connected() ? kNever : session.ends_at;
    record.is_connected = session.is_connected();
    record.sent_up_to = std::max(session.sent_up_to, session.inflight.next_position());
    record.user_name = session.user_name;
    if (session.will) record.will = {session.will->delay_s, session.will_at, session.will->message};
    return record;
}

// Of a message that is kept elsewhere only the packet id, as one that PUBREC has come for: after a crash the
// client may know it, so it is sent PUBREL, and the message has gone back to where it came from.
void keep_packet_id(Core& core, Session& session, Held& held) {
    static constexpr std::string_view kNoTopic = "-";
    Held note;
    note.message = session::Message::make({}, kNoTopic, {});
    note.qos = held.qos;
    note.position = held.position;
    open_batch(core);
    core.persistence.pages.append(session, note);
    keep_released(core, session, held);
}

}  // namespace

StoreBatch& open_batch(Core& core) {
    Effects::Commit& commit = core.effects.commit;
    if (commit.sequence == 0) commit.sequence = ++core.persistence.last;
    ++core.persistence.records;
    return commit.batch;
}

StoreSequence keep_retained_record(Core& core, const session::Message& message) {
    if (!core.persistence.keeps || message.topic().starts_with("$SYS/")) return 0;
    open_batch(core).put(Table::kRetained, message.topic(), encode(message));
    return core.persistence.last;
}

StoreSequence forget_retained_record(Core& core, std::string_view topic) {
    if (!core.persistence.keeps || topic.starts_with("$SYS/")) return 0;
    open_batch(core).erase(Table::kRetained, topic);
    return core.persistence.last;
}

void keep_session(Core& core, Session& session) {
    if (!core.persistence.keeps) return;
    if (session.expiry_s == 0) return forget_session(core, session);
    if (session.stored == 0) {
        session.stored = ++core.persistence.last_number << 8 | core.options.index;
    }
    open_batch(core).put(Table::kSessions, session.client_id, encode(record_of(session)));
}

void forget_session(Core& core, Session& session) {
    if (session.stored == 0) return;
    StoreBatch& batch = open_batch(core);
    batch.erase(Table::kSessions, session.client_id);
    for (const auto& [filter, subscription] : session.subscriptions) {
        batch.erase(Table::kSubscriptions, key_of(session.stored, filter));
        if (subscription.source != 0) forget_cursor(core, session, filter);
    }
    session.incoming.for_each([&](const session::IncomingIds::Entry& entry) {
        if (entry.is_kept) batch.erase(Table::kIncoming, key_of(session.stored, entry.id));
    });
    DRAY_ASSERT(session.is_loaded);
    core.persistence.pages.forget(session, batch);
    const auto release = [&](const Held& held) {
        if (held.body != 0 && held.waits_for != kUntilTold) release_body(core, held, batch);
    };
    session.inflight.for_each([&](const session::Inflight::Entry& entry) { release(entry.held); });
    for (std::size_t i = 0; i < session.queue.size(); ++i) release(session.queue[i]);
    session.stored = 0;
}

void keep_subscription(Core& core, const Session& session, std::string_view filter,
                       const session::Subscription& subscription) {
    if (session.stored == 0) return;
    open_batch(core).put(Table::kSubscriptions, key_of(session.stored, filter),
                         encode(SubscriptionRecord{subscription.options, subscription.id}));
}

void forget_subscription(Core& core, const Session& session, std::string_view filter) {
    if (session.stored == 0) return;
    open_batch(core).erase(Table::kSubscriptions, key_of(session.stored, filter));
}

void keep_entry(Core& core, Session& session, Held& held) {
    if (session.stored == 0) return;
    held.position = ++session.last_position;
    if (!is_own(session, held)) {
        if (held.qos == mqtt::QoS::kExactlyOnce) keep_packet_id(core, session, held);
        return;
    }
    held.body = refer_to_body(core, *held.message);
    if (Collection* collecting = core.collections.collecting) {
        std::string page;
        append_entry(page, held);
        collecting->records.put(Table::kEntries, key_of(session.stored, held.position), page);
        collecting->promised.push_back({.session = session.number,
                                        .stored = session.stored,
                                        .position = held.position,
                                        .body = held.body});
        session.pages.push_back({.first = held.position, .live = 1, .count = 1, .is_promised = true});
        held.waits_for = kUntilTold;
        return;
    }
    open_batch(core);
    core.persistence.pages.append(session, held);
    if (held.qos != mqtt::QoS::kExactlyOnce) return;
    held.waits_for = core.persistence.last;
    wake_when_durable(core, session, held.waits_for);
}

void keep_released(Core& core, Session& session, Held& held) {
    if (session.stored == 0) return;
    open_batch(core);
    core.persistence.pages.release(session, held.position);
    held.waits_for = core.persistence.last;
    wake_when_durable(core, session, held.waits_for);
}

void forget_entry(Core& core, Session& session, const Held& held) {
    if (session.stored == 0 || held.position == 0) return;
    core.persistence.pages.settle(session, held.position);
    if (held.waits_for == kUntilTold) return;  // its record comes to be, and is forgotten when it has
    StoreBatch& batch = open_batch(core);
    if (held.body != 0) release_body(core, held, batch);
}

void rewrite_pages(Core& core, Session& session) {
    if (session.stored != 0) core.persistence.pages.rewrite(session);
}

void forget_promised(Core& core, const Promised& promised) {
    StoreBatch& batch = open_batch(core);
    batch.erase(Table::kEntries, key_of(promised.stored, promised.position));
    if (promised.body != 0) batch.release(key_of(promised.body));
}

void keep_cursor(Core& core, const Session& session, std::string_view filter,
                 const session::StreamCursor& cursor) {
    if (session.stored == 0) return;
    open_batch(core).put(Table::kStreamCursors, key_of(session.stored, filter), encode(cursor));
}

void forget_cursor(Core& core, const Session& session, std::string_view filter) {
    if (session.stored == 0 || !parse_stream_filter(filter)) return;
    open_batch(core).erase(Table::kStreamCursors, key_of(session.stored, filter));
}

void keep_incoming(Core& core, Session& session, mqtt::PacketId packet_id) {
    session::IncomingIds::Entry* entry = session.incoming.find(packet_id);
    if (session.stored == 0 || entry == nullptr) return;
    open_batch(core).put(Table::kIncoming, key_of(session.stored, packet_id), {});
    entry->is_kept = true;
    entry->waits_for = core.persistence.last;
}

bool forget_incoming(Core& core, Session& session, mqtt::PacketId packet_id) {
    const session::IncomingIds::Entry* entry = session.incoming.find(packet_id);
    const bool is_kept = entry != nullptr && entry->is_kept;
    session.incoming.erase(packet_id);
    if (is_kept) open_batch(core).erase(Table::kIncoming, key_of(session.stored, packet_id));
    return is_kept;
}

StoreBatch& records_of_now(Core& core) {
    Collection* collecting = core.collections.collecting;
    return collecting != nullptr ? collecting->records : open_batch(core);
}

void add_records(Core& core, const StoreBatch& records) {
    open_batch(core).add(records);
}

void write_pages(Core& core) {
    core.persistence.pages.write(core.sessions, core.effects.commit.batch);
}

bool may_leave(const Core& core, const Held& held) {
    return held.waits_for <= core.persistence.durable;
}

void wait_for_disk(Core& core, Ticket ticket) {
    if (core.persistence.durable >= core.persistence.last) return;
    core.tickets.wait_for_more(ticket);
    confirm_when_durable(core, {core.options.index, ticket});
}

void wait_for_disk(Core& core, LinkId link) {
    Ring<Persistence::WaitingLink>& waiting = core.persistence.links;
    const StoreSequence sequence = core.persistence.last;
    if (!waiting.empty() && waiting.back().sequence == sequence && waiting.back().link == link) return;
    waiting.push_back({sequence, link});
}

void confirm_when_durable(Core& core, const ConfirmTicket& ticket) {
    core.tickets.on_disk.push_back({core.persistence.last, ticket});
}

void when_durable(Core& core, Operation operation) {
    const Ticket ticket = core.tickets.open(std::move(operation));
    wait_for_disk(core, ticket);
    confirm(core, ticket);
}

void made_durable(Core& core, StoreSequence sequence) {
    DRAY_ASSERT(sequence <= core.persistence.last);
    core.persistence.durable = std::max(core.persistence.durable, sequence);
    Ring<Tickets::OnDisk>& on_disk = core.tickets.on_disk;
    while (!on_disk.empty() && on_disk.front().sequence <= sequence)
        confirm(core, on_disk.pop_front().ticket);
    streams_are_durable(core, sequence);
    Ring<Persistence::WaitingSession>& sessions = core.persistence.sessions;
    while (!sessions.empty() && sessions.front().sequence <= sequence) {
        Session* session = core.sessions.find_number(sessions.pop_front().session);
        if (session != nullptr) pump(core, *session);
    }
    Ring<Persistence::WaitingLink>& links = core.persistence.links;
    while (!links.empty() && links.front().sequence <= sequence) {
        Link* link = core.links.find(links.pop_front().link);
        if (link != nullptr) release_due(core, *link);
    }
}

}  // namespace dray::shard
