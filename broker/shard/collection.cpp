#include "shard/collection.h"

#include <algorithm>
#include <bit>

#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/records.h"
#include "shard/routing.h"

namespace dray::shard {

namespace {

using session::Session;

Collection* find(Core& core, Ticket ticket) {
    Ring<Collection>& open = core.collections.open;
    for (std::size_t i = 0; i < open.size(); ++i) {
        if (open[i].ticket == ticket) return &open[i];
    }
    return nullptr;
}

// The message in the session's queue, by its position; queues are sorted by it.
session::Held* find_held(Session& session, std::uint64_t position) {
    Ring<session::Held>& queue = session.queue;
    std::size_t low = 0;
    for (std::size_t high = queue.size(); low < high;) {
        const std::size_t middle = (low + high) / 2;
        queue[middle].position < position ? low = middle + 1 : high = middle;
    }
    return low < queue.size() && queue[low].position == position ? &queue[low] : nullptr;
}

// They are safe, and may leave.
void keep_promises(Core& core, const std::vector<Promised>& promised) {
    for (const Promised& one : promised) {
        if (one.stream != 0) {
            append_promised(core, one.stream, one.position);
            continue;
        }
        if (one.queue != 0) {
            keep_queue_promise(core, one.queue, one.position);
            continue;
        }
        Session* session = core.sessions.find_number(one.session);
        session::Held* held = session != nullptr ? find_held(*session, one.position) : nullptr;
        if (held == nullptr || session->stored != one.stored) {
            forget_promised(core, one);
        } else {
            session->pages.find(one.position)->is_promised = false;
        }
        if (held == nullptr) continue;
        held->waits_for = 0;
        pump(core, *session);
    }
}

void commit(Core& core, Collection& collection) {
    Session* publisher = core.sessions.find_number(collection.publisher);
    if (collection.records.empty() && !collection.is_retained) {  // nothing that has to be kept
        if (publisher != nullptr) {
            auto* incoming = publisher->incoming.find(collection.packet_id);
            if (incoming != nullptr) incoming->waits_for = 0;
        }
        for (const Ticket ticket : collection.waiting) confirm(core, ticket);
        return;
    }
    add_records(core, collection.records);
    if (publisher != nullptr) keep_incoming(core, *publisher, collection.packet_id);
    ++core.collections.committing;
    when_durable(core, CollectionDurable{collection.ticket, std::move(collection.waiting),
                                         std::move(collection.promised), std::move(collection.holders)});
}

void collect(Core& core, const session::MessageRef& message, Collection collection) {
    const Ticket ticket = core.tickets.open(CollectionComplete{});
    core.tickets.set(ticket, CollectionComplete{ticket});
    collection.ticket = ticket;
    collection.is_retained = message->retain();
    const std::uint64_t remote_shards = core.match.remote_shards;
    const ShardIndex retained_at = home_of(message->topic(), core.options.count);
    if (message->retain() && retained_at != core.options.index) {
        // Its home commits it, in its own order; only then may the packet id be remembered.
        core.tickets.wait_for_more(ticket);
        core.forward(retained_at, Retain{message, ticket});
    }
    core.collections.collecting = &collection;
    hand_out(core, message);
    core.collections.collecting = nullptr;
    core.collections.open.push_back(std::move(collection));
    for (std::uint64_t shards = remote_shards; shards != 0; shards &= shards - 1) {
        core.tickets.wait_for_more(ticket);
        core.forward(static_cast<ShardIndex>(std::countr_zero(shards)), Deliver{message, ticket, true});
    }
    confirm(core, ticket);
}

}  // namespace

void deliver_together(Core& core, const session::MessageRef& message, const Publisher& publisher,
                      Ticket waiting) {
    Collection collection;
    collection.publisher = publisher.session.number;
    collection.packet_id = publisher.packet_id;
    collection.waiting.push_back(waiting);
    publisher.session.incoming.find(publisher.packet_id)->waits_for = kUntilTold;
    collect(core, message, std::move(collection));
}

void deliver_together(Core& core, const session::MessageRef& message, StoreBatch records) {
    Collection collection;
    collection.records = std::move(records);
    collect(core, message, std::move(collection));
}

void receive_collected(Core& core, ShardIndex from, const Collected& answer) {
    Collection* collection = find(core, answer.ticket);
    DRAY_ASSERT(collection != nullptr);
    if (!answer.records.empty()) {
        collection->records.add(answer.records);
        collection->holders.push_back(from);
    }
    confirm(core, answer.ticket);
}

void wait_for_collection(Core& core, session::SessionNumber publisher, mqtt::PacketId packet_id,
                         Ticket waiting) {
    Ring<Collection>& open = core.collections.open;
    for (std::size_t i = open.size(); i-- > 0;) {
        if (open[i].publisher != publisher || open[i].packet_id != packet_id) continue;
        return open[i].waiting.push_back(waiting);
    }
    DRAY_ASSERT(false);
}

void complete_collection(Core& core, Ticket ticket) {
    find(core, ticket)->is_complete = true;
    while (!core.collections.open.empty() && core.collections.open.front().is_complete) {
        Collection collection = core.collections.open.pop_front();
        commit(core, collection);
    }
}

void collection_is_durable(Core& core, const CollectionDurable& done) {
    for (const Ticket ticket : done.waiting) confirm(core, ticket);
    for (const ShardIndex holder : done.holders) core.forward(holder, Committed{done.collection});
    keep_promises(core, done.promised);
    --core.collections.committing;
}

void collect_here(Core& core, ShardIndex from, const Deliver& deliver) {
    Collection collection;
    core.collections.collecting = &collection;
    deliver_here(core, deliver.message);
    core.collections.collecting = nullptr;
    if (!collection.promised.empty()) {
        core.collections.promised[{from, deliver.ticket}] = std::move(collection.promised);
    }
    core.forward(from, Collected{deliver.ticket, std::move(collection.records)});
}

void receive_committed(Core& core, ShardIndex from, const Committed& committed) {
    const auto found = core.collections.promised.find({from, committed.ticket});
    if (found == core.collections.promised.end()) return;
    const std::vector<Promised> promised = std::move(found->second);
    core.collections.promised.erase(found);
    keep_promises(core, promised);
}

}  // namespace dray::shard
