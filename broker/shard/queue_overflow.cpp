#include "shard/queue_overflow.h"

#include "shard/core.h"
#include "shard/dead_letters.h"
#include "shard/parking.h"
#include "shard/queue_store.h"
#include "shard/queues.h"

namespace dray::shard {

namespace {

using Position = QueueMessages::Position;
using State = QueueMessages::State;

// As many go in one turn.
constexpr std::size_t kOverflowMessagesMax = 1000;

// What waits, now or as soon as it may.
struct Load {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;

    bool exceeds(const QueueOptions& options) const {
        return messages > options.messages_max || bytes > options.bytes_max;
    }
};

Load load_of(const Queue& queue) {
    const QueueMessages& all = queue.messages;
    return {waiting_messages(queue),
            all.totals().bytes - all.bytes(State::kOut) - all.bytes(State::kLeaving)};
}

// The oldest that wait, as many as are too much.
std::vector<Position> find_superfluous(const Queue& queue) {
    std::vector<Position> found;
    Load load = load_of(queue);
    for (const auto& [position, message] : queue.messages.loaded()) {
        if (!load.exceeds(queue.options) || found.size() == kOverflowMessagesMax) break;
        if (message.state != State::kReady && message.state != State::kDelayed) continue;
        --load.messages;
        load.bytes -= message.message->weight();
        found.push_back(position);
    }
    return found;
}

void tell_all(Core& core, const QueueFull& full) {
    for (ShardIndex shard = 0; shard < core.options.count; ++shard) {
        if (shard != core.options.index) core.forward(shard, full);
    }
    receive_fullness(core, full);
}

bool is_below_most(const Queue& queue) {
    const Load load = load_of(queue);
    const auto below = [](std::uint64_t value, std::uint64_t most) { return value <= most - most / 8; };
    // One that may hold a few only has room again when one of them is gone.
    return !is_at_limit(queue) && below(load.messages, queue.options.messages_max) &&
           below(load.bytes, queue.options.bytes_max);
}

}  // namespace

std::uint64_t waiting_messages(const Queue& queue) {
    const QueueMessages& all = queue.messages;
    return all.totals().messages - all.count(State::kOut) - all.count(State::kLeaving);
}

bool is_at_limit(const Queue& queue) {
    const Load load = load_of(queue);
    return load.messages >= queue.options.messages_max || load.bytes >= queue.options.bytes_max;
}

bool make_room(Core& core, Queue& queue) {
    if (queue.options.overflow == Overflow::kReject || !load_of(queue).exceeds(queue.options)) return false;
    load_window(core, queue);
    const std::vector<Position> superfluous = find_superfluous(queue);
    for (const Position position : superfluous) {
        const bool is_dead = queue.options.overflow == Overflow::kDeadLetter;
        if (is_dead && bury(core, queue, position, DeadReason::kOverflow)) continue;
        discard_queued(core, queue, position, Discard::kOverflow);
    }
    return !superfluous.empty() && load_of(queue).exceeds(queue.options);
}

void look_at_fullness(Core& core, Queue& queue) {
    const bool rejects = queue.options.overflow == Overflow::kReject;
    const bool is_full = rejects && (queue.is_full ? !is_below_most(queue) : is_at_limit(queue));
    if (!is_full) return open_gate(core, queue);
    if (queue.is_full) return;
    queue.is_full = true;
    tell_all(core, {queue.options.name, queue.options.filters});
}

void open_gate(Core& core, Queue& queue) {
    if (!queue.is_full) return;
    queue.is_full = false;
    tell_all(core, {queue.options.name, {}});
}

void FullQueues::set(const QueueFull& full) {
    if (const auto known = queues_.find(full.queue); known != queues_.end()) {
        for (const std::string& filter : known->second.filters)
            filters_.unsubscribe(filter, known->second.index);
        queues_.erase(known);
    }
    if (full.filters.empty()) return;
    const topics::SessionIndex index = ++last_index_;
    for (const std::string& filter : full.filters) filters_.subscribe(filter, {index, 0, {}});
    queues_.emplace(full.queue, Full{index, full.filters});
}

bool FullQueues::take(std::string_view topic, topics::MatchResult& scratch) const {
    filters_.match(topic, scratch);
    return !scratch.subscribers.empty();
}

void receive_fullness(Core& core, const QueueFull& full) {
    core.full_queues.set(full);
    gate_has_changed(core, full.queue, full.filters.empty());
}

}  // namespace dray::shard
