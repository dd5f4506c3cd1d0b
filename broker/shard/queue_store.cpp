#include "shard/queue_store.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "shard/core.h"
#include "shard/queue_records.h"
#include "shard/queues.h"

namespace dray::shard {

namespace {

using Message = QueueMessages::Message;
using Position = QueueMessages::Position;
using State = QueueMessages::State;

std::uint64_t window_bytes_max(const Core& core) {
    return core.persistence.keeps ? core.limits().queue_window_bytes_max
                                  : std::numeric_limits<std::uint64_t>::max();
}

std::string deliveries_key(std::uint64_t number, Position position) {
    return key_of(number, position) + '\1';
}

template <typename Record>
Record understood(Record record, const Queue& queue) {
    if (record) return record;
    throw std::runtime_error("the store has a record that this version does not understand: of the queue '" +
                             queue.options.name + "'");
}

void recover_totals(Core& core, Queue& queue) {
    const std::string key = key_of(queue.number);
    core.store.scan(Table::kQueueEntries, key, [&](std::string_view found, std::string_view value) {
        if (found == key) queue.messages.restore(*understood(decode_totals(value), queue));
        return false;
    });
    queue.books.uncounted_up_to = queue.messages.totals().last_position;
}

Message message_of(QueuedRecord record) {
    Message message;
    message.message = std::move(record.message);
    message.arrived_at = record.arrived_at;
    return message;
}

void restore_deliveries(const Core& core, Queue& queue, Position position, const DeliveriesRecord& record) {
    if (queue.messages.find(position) == nullptr) return;
    queue.messages.set_deliveries(position, record.deliveries);
    if (record.retry_at > core.now) queue.messages.delay(position, record.retry_at);
}

}  // namespace

void recover_queues(Core& core) {
    core.store.scan(Table::kQueues, {}, [&](std::string_view name, std::string_view value) {
        auto record = decode_queue(value);
        if (!record) throw std::runtime_error("the store has a queue that this version does not understand");
        core.persistence.last_number = std::max(core.persistence.last_number, record->number >> 8);
        if (home_of_queue(name, core.options.count) != core.options.index) return true;
        record->options.name = name;
        Queue& queue = add_queue(core, record->number, std::move(record->options));
        recover_totals(core, queue);
        declare_queue(core, queue.options, 0);
        return true;
    });
}

void keep_queue(Core& core, const Queue& queue) {
    if (!core.persistence.keeps) return;
    open_batch(core).put(Table::kQueues, queue.options.name,
                         encode(QueueRecord{queue.number, queue.options}));
}

void forget_queue(Core& core, const Queue& queue) {
    if (!core.persistence.keeps) return;
    open_batch(core).erase(Table::kQueues, queue.options.name);
    open_batch(core).erase_all(Table::kQueueEntries, key_of(queue.number));
}

void keep_totals(Core& core, const Queue& queue) {
    if (!core.persistence.keeps) return;
    open_batch(core).put(Table::kQueueEntries, key_of(queue.number), encode(queue.messages.totals()));
}

void keep_queued(Core& core, Queue& queue, Message message) {
    StoreSequence waits_for = 0;
    if (core.persistence.keeps) {
        const Position position = queue.messages.next_position();
        const std::string key = key_of(queue.number, position);
        const std::string value = encode(QueuedRecord{message.arrived_at, message.message});
        if (Collection* collecting = core.collections.collecting) {
            collecting->records.put(Table::kQueueEntries, key, value);
            collecting->promised.push_back({.position = position, .queue = queue.number});
            message.state = State::kPromised;
        } else {
            open_batch(core).put(Table::kQueueEntries, key, value);
            waits_for = core.persistence.last;
        }
    }
    queue.messages.append(std::move(message), waits_for, window_bytes_max(core));
    queue.messages.trim_tail(core.persistence.durable);
}

void keep_deliveries(Core& core, const Queue& queue, Position position) {
    if (!core.persistence.keeps) return;
    const Message& message = *queue.messages.find(position);
    const Instant retry_at = message.state == State::kDelayed ? message.retry_at : Instant{};
    open_batch(core).put(Table::kQueueEntries, deliveries_key(queue.number, position),
                         encode(DeliveriesRecord{message.deliveries, retry_at}));
}

void forget_queued(Core& core, const Queue& queue, Position position, const Message& message) {
    if (!core.persistence.keeps) return;
    forget_queued(core, queue.number, position);
    if (message.deliveries > 0) {
        open_batch(core).erase(Table::kQueueEntries, deliveries_key(queue.number, position));
    }
}

void forget_queued(Core& core, std::uint64_t number, Position position) {
    if (core.persistence.keeps) open_batch(core).erase(Table::kQueueEntries, key_of(number, position));
}

void load_window(Core& core, Queue& queue) {
    const std::uint64_t bytes_max = window_bytes_max(core);
    if (!queue.messages.wants_more(bytes_max)) return;
    queue.messages.trim_tail(core.persistence.durable);
    const Position before = queue.messages.unloaded_before();
    bool is_end = true;
    core.store.scan(
        Table::kQueueEntries, key_of(queue.number), key_of(queue.number, queue.messages.unloaded_after() + 1),
        [&](std::string_view key, std::string_view value) {
            const auto parts = *understood(parse_queued_key(key), queue);
            if (parts.position >= before) return false;
            if (parts.is_deliveries) {
                restore_deliveries(core, queue, parts.position, *understood(decode_deliveries(value), queue));
                return true;
            }
            is_end = queue.messages.window_bytes() < bytes_max;
            if (!is_end) return false;
            Message message = message_of(*understood(decode_queued(value), queue));
            if (parts.position <= queue.books.uncounted_up_to) hold(core, queue, message);
            queue.messages.load(parts.position, std::move(message));
            return true;
        });
    if (!is_end) return;
    // Wrong they are after a crash between the commit of a collection and that of the totals.
    queue.is_changed |= queue.messages.end_load() != 0;
}

std::vector<QueuedMessage> peek_queue(const Core& core, const Queue& queue, Position after,
                                      std::size_t messages_max) {
    std::vector<QueuedMessage> found;
    const auto add = [&](Position position, const Message& message) {
        if (position <= after || found.size() >= messages_max) return;
        found.push_back({position, message.arrived_at, message.deliveries, message.state == State::kOut,
                         message.message});
    };
    const auto& loaded = queue.messages.loaded();
    for (auto at = loaded.upper_bound(after); at != loaded.end() && found.size() < messages_max; ++at) {
        add(at->first, at->second);
    }
    if (queue.messages.is_all_loaded()) return found;
    core.store.scan(Table::kQueueEntries, key_of(queue.number),
                    key_of(queue.number, std::max(after, queue.messages.unloaded_after()) + 1),
                    [&](std::string_view key, std::string_view value) {
                        const auto parts = *understood(parse_queued_key(key), queue);
                        if (parts.position >= queue.messages.unloaded_before()) return false;
                        if (!parts.is_deliveries) {
                            add(parts.position, message_of(*understood(decode_queued(value), queue)));
                        }
                        return found.size() < messages_max;
                    });
    queue.messages.for_each_in_tail(add);
    return found;
}

std::uint64_t purge(Core& core, Queue& queue) {
    const std::uint64_t count = queue.messages.purge();
    for (const auto& [position, message] : queue.messages.loaded()) {
        if (message.state == State::kLeaving) let_go(core, queue, message).hand_over();
    }
    discard_all(core, queue);
    for (const auto& [position, message] : queue.messages.loaded()) {
        if (message.state == State::kLeaving) hold(core, queue, message);
    }
    queue.is_changed = true;
    if (!core.persistence.keeps) return count;
    open_batch(core).erase_all(Table::kQueueEntries, key_of(queue.number));
    for (const auto& [position, message] : queue.messages.loaded()) {
        open_batch(core).put(Table::kQueueEntries, key_of(queue.number, position),
                             encode(QueuedRecord{message.arrived_at, message.message}));
        if (message.deliveries > 0) keep_deliveries(core, queue, position);
    }
    return count;
}

}  // namespace dray::shard
