#include "shard/persistence.h"

#include <algorithm>

#include "shard/collection.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/records.h"
#include "shard/sources.h"

namespace dray::shard {

namespace {

using session::Held;
using session::Session;

// The batch that leaves at the end of this turn.
StoreBatch& open_batch(Core& core) {
    Effects::Commit& commit = core.effects.commit;
    if (commit.sequence == 0) commit.sequence = ++core.persistence.last;
    ++core.persistence.records;
    return commit.batch;
}

void wake_when_durable(Core& core, const Session& session, StoreSequence sequence) {
    Ring<Persistence::Waiting>& waiting = core.persistence.waiting;
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

}  // namespace

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
    }
    session.incoming.for_each([&](const session::IncomingIds::Entry& entry) {
        if (entry.is_kept) batch.erase(Table::kIncoming, key_of(session.stored, entry.id));
    });
    if (session.is_loaded) {
        session.inflight.for_each([&](session::Inflight::Entry& entry) {
            batch.erase(Table::kEntries, key_of(session.stored, entry.held.position));
        });
        for (std::size_t i = 0; i < session.queue.size(); ++i) {
            batch.erase(Table::kEntries, key_of(session.stored, session.queue[i].position));
        }
    } else {
        batch.erase_all(Table::kEntries, key_of(session.stored));
    }
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
    if (!is_own(session, held)) return;
    const std::string key = key_of(session.stored, held.position);
    const std::string value = encode(EntryRecord{false, held});
    if (Collection* collecting = core.collections.collecting) {
        collecting->records.put(Table::kEntries, key, value);
        collecting->promised.push_back({session.number, session.stored, held.position});
        held.waits_for = kUntilTold;
        return;
    }
    open_batch(core).put(Table::kEntries, key, value);
    if (held.qos != mqtt::QoS::kExactlyOnce) return;
    held.waits_for = core.persistence.last;
    wake_when_durable(core, session, held.waits_for);
}

void keep_released(Core& core, Session& session, Held& held) {
    if (session.stored == 0) return;
    open_batch(core).put(Table::kEntries, key_of(session.stored, held.position),
                         encode(EntryRecord{true, {}}));
    held.waits_for = core.persistence.last;
    wake_when_durable(core, session, held.waits_for);
}

void forget_entry(Core& core, const Session& session, const Held& held) {
    if (held.position != 0) forget_entry(core, session.stored, held.position);
}

void forget_entry(Core& core, StoredNumber stored, std::uint64_t position) {
    if (stored != 0) open_batch(core).erase(Table::kEntries, key_of(stored, position));
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

void add_records(Core& core, const StoreBatch& records) {
    open_batch(core).add(records);
}

bool may_leave(const Core& core, const Held& held) {
    return held.waits_for <= core.persistence.durable;
}

void wait_for_disk(Core& core, Ticket ticket) {
    if (core.persistence.durable >= core.persistence.last) return;
    core.tickets.wait_for_more(ticket);
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
    Ring<Persistence::Waiting>& waiting = core.persistence.waiting;
    while (!waiting.empty() && waiting.front().sequence <= sequence) {
        Session* session = core.sessions.find_number(waiting.pop_front().session);
        if (session != nullptr) pump(core, *session);
    }
}

}  // namespace dray::shard
