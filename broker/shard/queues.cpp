#include "shard/queues.h"

#include <algorithm>

#include "shard/core.h"
#include "shard/queue_consumers.h"
#include "shard/queue_store.h"
#include "shard/routing.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using session::MessageRef;
using QueueMessage = QueueMessages::Message;
using Position = QueueMessages::Position;
using State = QueueMessages::State;

// As many are looked at in one turn.
constexpr std::size_t kDueMessagesMax = 1000;

std::string group_name(const Queue& queue) {
    return std::string(kQueueRoot) + queue.options.name;
}

void answer(Core& core, ShardIndex to, QueueUnknown unknown) {
    if (to == core.options.index) return refuse_queue(core, unknown);
    core.forward(to, std::move(unknown));
}

// --- filters ---

void add_filters(Core& core, Queue& queue, Ticket ticket) {
    std::vector<std::string> routes;
    for (const std::string& filter : queue.options.filters) {
        const std::string name = group_name(queue);
        if (core.subscriptions.join(name, filter, {}).is_first_local_for_filter) routes.push_back(filter);
        core.queues.by_group[core.subscriptions.find_group(name, filter)->id()] = &queue;
    }
    announce(core, routes, {}, ticket);
}

void remove_filters(Core& core, Queue& queue) {
    std::vector<std::string> routes;
    for (const std::string& filter : queue.options.filters) {
        const std::string name = group_name(queue);
        const topics::SharedGroup* group = core.subscriptions.find_group(name, filter);
        if (group == nullptr) continue;  // it stood there twice
        core.queues.by_group.erase(group->id());
        if (core.subscriptions.leave(name, filter, 0).was_last_local_for_filter) routes.push_back(filter);
    }
    announce(core, {}, routes, 0);
}

// --- what becomes of messages ---

void expire(Core& core, Queue& queue, Position position) {
    ++queue.counters.expired;
    if (bury(core, queue, position, DeadReason::kExpired)) return;
    if (core.traces.is_on()) [[unlikely]]
        trace_queue(core, queue, "expire", *queue.messages.find(position)->message, {});
    let_go(core, queue, *queue.messages.find(position)).expire();
    erase_queued(core, queue, position);
}

// Once more, when its delay is over.
void try_again(Core& core, Queue& queue, Position position) {
    const QueueMessage& message = *queue.messages.find(position);
    const unsigned doublings = std::min(message.deliveries - 1, 31U);
    const std::uint64_t first_ms = queue.options.retry_delay_ms;
    const std::uint64_t delay_ms =
        std::min(first_ms << doublings, std::max<std::uint64_t>(first_ms, queue.options.retry_delay_ms_max));
    if (delay_ms == 0) return queue.messages.make_ready(position);
    queue.messages.delay(position, core.now + std::chrono::milliseconds(delay_ms));
}

// It was sent, and was refused, or its consumer has left.
void come_back(Core& core, Queue& queue, Position position, Outcome outcome) {
    const std::uint32_t deliveries = queue.messages.find(position)->deliveries + 1;
    queue.messages.set_deliveries(position, deliveries);
    const std::uint32_t most = queue.options.deliveries_max;
    if (most > 0 && deliveries >= most && bury(core, queue, position, DeadReason::kMaxDeliveries)) return;
    ++queue.counters.redelivered;
    outcome == Outcome::kRefused ? try_again(core, queue, position) : queue.messages.make_ready(position);
    keep_deliveries(core, queue, position);
}

void settle_one(Core& core, Queue& queue, const QueueSettle::Each& each) {
    const QueueMessage* message = queue.messages.find(each.position);
    if (message == nullptr || message->state != State::kOut) return;  // it was deleted meanwhile
    if (each.outcome == Outcome::kConsumed) {
        ++queue.counters.consumed;
        return erase_queued(core, queue, each.position);
    }
    // Back in the books here.
    hold(core, queue, *message);
    switch (each.outcome) {
        case Outcome::kExpired:
            return expire(core, queue, each.position);
        case Outcome::kUndeliverable:
            if (bury(core, queue, each.position, DeadReason::kUndeliverable)) return;
            return discard_queued(core, queue, each.position, Discard::kPacketTooLarge);
        case Outcome::kTurnedAway:
        case Outcome::kUnsent:
            return queue.messages.make_ready(each.position);
        case Outcome::kRefused:
        case Outcome::kReturned:
            return come_back(core, queue, each.position, each.outcome);
        case Outcome::kConsumed:
            break;
    }
}

// --- giving out ---

// Who is to have the next message, if anybody can take one. The next consumer of an exclusive queue begins
// when the one before has given back what it had: or that would come behind what is newer.
const topics::GroupMember* choose_consumer(Core& core, Queue& queue) {
    if (!queue.options.exclusive) return choose_member(core, queue.consumers);
    if (queue.consumers.members().empty()) return nullptr;
    const topics::GroupMember& first = queue.consumers.members().front();
    if (queue.active != first.id && queue.messages.count(State::kOut) > 0) return nullptr;
    queue.active = first.id;
    const auto found = core.groups.able.find(first.id);
    return found != core.groups.able.end() && found->second.has_room() ? &first : nullptr;
}

void give_out(Core& core, Queue& queue) {
    std::map<session::SessionNumber, QueueDeliver> parcels;
    for (;;) {
        if (!queue.messages.first_ready()) load_window(core, queue);
        const auto position = queue.messages.first_ready();
        if (!position) break;
        if (queue.messages.expires_at(*queue.messages.find(*position)) <= core.now) {
            expire(core, queue, *position);
            continue;
        }
        const topics::GroupMember* consumer = choose_consumer(core, queue);
        if (consumer == nullptr) break;
        ++core.groups.able.at(consumer->id).given;
        QueueDeliver& parcel = parcels[consumer->id];
        parcel.options = consumer->options;
        parcel.subscription_id = consumer->subscription_id;
        parcel.stay = consumer->stay;
        const QueueMessage& message = *queue.messages.find(*position);
        parcel.messages.push_back({*position, message.message});
        let_go(core, queue, message).hand_over();
        queue.messages.give_out(*position, consumer->id);
    }
    for (auto& [consumer, parcel] : parcels) {
        parcel.queue = queue.options.name;
        parcel.session = consumer;
        const ShardIndex shard = shard_of(consumer);
        if (shard == core.options.index) {
            receive_from_queue(core, parcel);
        } else {
            core.forward(shard, std::move(parcel));
        }
    }
}

// True if there are more than can be looked at in one turn.
bool look_at_due(Core& core, Queue& queue) {
    for (std::size_t looked_at = 0; looked_at < kDueMessagesMax; ++looked_at) {
        const auto due = queue.messages.first_due();
        if (!due || due->first > core.now) return false;
        const Position position = due->second;
        if (queue.messages.expires_at(*queue.messages.find(position)) <= core.now) {
            expire(core, queue, position);
        } else {
            queue.messages.make_ready(position);
        }
    }
    return true;
}

void set_timer(Core& core, Queue& queue, Instant at) {
    if (at >= queue.timer_at) return;
    queue.timer_at = at;
    core.timers.set({at, Timer::Kind::kQueue, 0, queue.number});
}

void finish(Core& core, Queue& queue) {
    queue.is_touched = false;
    bool has_more = look_at_due(core, queue);
    if (!queue.consumers.members().empty()) give_out(core, queue);
    has_more |= make_room(core, queue);
    if (queue.redrive.is_running()) set_timer(core, queue, go_on_redriving(core, queue));
    if (has_more) {
        set_timer(core, queue, core.now);
    } else if (const auto due = queue.messages.first_due()) {
        set_timer(core, queue, due->first);
    }
    look_at_fullness(core, queue);
    set_timer(core, queue, look_at_alert(core, queue));
    if (queue.is_changed) keep_changes(core, queue);
    queue.is_changed = false;
}

}  // namespace

Queue& add_queue(Core& core, QueueNumber number, QueueOptions options) {
    auto owned = std::make_unique<Queue>(number, std::move(options));
    Queue* queue = owned.get();
    core.queues.by_name.emplace(queue->options.name, std::move(owned));
    core.queues.by_number.emplace(number, queue);
    return *queue;
}

Queue& declare_queue(Core& core, const QueueOptions& options, Ticket ticket) {
    DRAY_ASSERT(!find_mistake(options));
    Queue* queue = core.queues.find(options.name);
    if (queue == nullptr) {
        const QueueNumber number = ++core.persistence.last_number << 8 | core.options.index;
        queue = &add_queue(core, number, options);
        keep_queue(core, *queue);
    } else if (queue->options != options) {
        remove_filters(core, *queue);
        open_gate(core, *queue);
        queue->options = options;
        queue->messages.set_rules(*OrderKey::parse(options.key), options.ttl_ms);
        keep_queue(core, *queue);
    }
    add_filters(core, *queue, ticket);
    touch(core, *queue);
    return *queue;
}

void delete_queue(Core& core, Queue& queue) {
    remove_filters(core, queue);
    open_gate(core, queue);
    take_back_alert(core, queue);
    discard_all(core, queue);
    forget_queue(core, queue);
    core.queues.by_number.erase(queue.number);
    core.queues.by_name.erase(core.queues.by_name.find(queue.options.name));
}

void enqueue(Core& core, Queue& queue, const MessageRef& message) {
    ++queue.counters.arrived;
    QueueMessage arrived;
    arrived.message = message;
    arrived.arrived_at = core.now;
    hold(core, queue, arrived);
    keep_queued(core, queue, std::move(arrived));
    queue.is_changed = true;
    touch(core, queue);
}

void erase_queued(Core& core, Queue& queue, Position position) {
    const QueueMessage message = queue.messages.remove(position);
    forget_queued(core, queue, position, message);
    queue.is_changed = true;
}

void discard_queued(Core& core, Queue& queue, Position position, Discard reason) {
    ++queue.counters.discarded;
    if (core.traces.is_on()) [[unlikely]]
        trace_queue(core, queue, "discard", *queue.messages.find(position)->message, name(reason));
    let_go(core, queue, *queue.messages.find(position)).discard(reason);
    erase_queued(core, queue, position);
}

void attract(Core& core, Queue& queue, const MessageRef& message) {
    if (queue.publish_stamp == core.publish_stamp) return;  // another of its filters has matched as well
    queue.publish_stamp = core.publish_stamp;
    if (is_alert_of(queue, message->topic())) return;
    const bool rejects = queue.options.overflow == Overflow::kReject;
    if (rejects && message->qos() == mqtt::QoS::kAtMostOnce && is_at_limit(queue)) {
        ++queue.counters.discarded;
        if (core.traces.is_on()) [[unlikely]]
            trace_queue(core, queue, "discard", *message, name(Discard::kOverflow));
        return core.statistics.books.of(*message).lose(Discard::kOverflow);
    }
    enqueue(core, queue, message);
    if (rejects) look_at_fullness(core, queue);  // the next one in this turn has to wait already
}

void keep_queue_promise(Core& core, QueueNumber number, Position position) {
    Queue* queue = core.queues.find_number(number);
    if (queue == nullptr || !queue->messages.keep_promise(position)) {
        return forget_promised_queued(core, number, position);
    }
    touch(core, *queue);
}

void receive_at_home(Core& core, ShardIndex from, const QueueLookup& lookup) {
    if (core.queues.find(lookup.queue) != nullptr) return confirm(core, ConfirmTicket{from, lookup.ticket});
    answer(core, from, QueueUnknown{lookup.queue, lookup.session, lookup.ticket, lookup.request});
}

void receive_at_home(Core& core, ShardIndex from, const QueueJoin& join) {
    Queue* queue = core.queues.find(join.queue);
    if (queue == nullptr) return answer(core, from, QueueUnknown{join.queue, join.session, 0, 0});
    queue->consumers.put({join.session, join.options, join.subscription_id, join.stay});
    if (join.able) set_member_able(core, {join.session, true, join.load});
    touch(core, *queue);
}

void receive_at_home(Core& core, ShardIndex from, const QueueLeave& leave) {
    if (Queue* queue = core.queues.find(leave.queue)) {
        queue->consumers.remove(leave.session);
        if (queue->active == leave.session) queue->active = 0;
        touch(core, *queue);
    }
    if (leave.ticket != 0) confirm(core, ConfirmTicket{from, leave.ticket});
}

void receive_at_home(Core& core, ShardIndex from, const QueueSettle& settled) {
    if (Queue* queue = core.queues.find(settled.queue)) {
        for (const QueueSettle::Each& each : settled.messages) settle_one(core, *queue, each);
        touch(core, *queue);
    }
    if (settled.ticket != 0) when_durable(core, ConfirmTicket{from, settled.ticket});
}

void consumer_is_able(Core& core, session::SessionNumber consumer) {
    for (const auto& [name, queue] : core.queues.by_name) {
        const bool has_some = queue->messages.first_ready() || !queue->messages.is_all_loaded();
        if (has_some && queue->consumers.find(consumer) != nullptr) touch(core, *queue);
    }
}

void on_queue_timer(Core& core, QueueNumber number) {
    Queue* queue = core.queues.find_number(number);
    if (queue == nullptr) return;
    queue->timer_at = kNever;
    touch(core, *queue);
}

void hold(Core& core, Queue& queue, const QueueMessage& message) {
    const session::RootIndex root = core.statistics.books.root_of(message.message->topic());
    ++queue.books.held[root];
    core.statistics.books[root].hold();
}

Books& let_go(Core& core, Queue& queue, const QueueMessage& message) {
    const session::RootIndex root = core.statistics.books.root_of(message.message->topic());
    --queue.books.held[root];
    return core.statistics.books[root];
}

void discard_all(Core& core, Queue& queue) {
    for (auto& [root, count] : queue.books.held) {
        for (; count > 0; --count) core.statistics.books[root].discard(Discard::kRemoved);
    }
}

void discard_missing(Core& core, Queue& queue) {
    std::map<session::RootIndex, std::uint64_t> there;
    for (const auto& [position, message] : queue.messages.loaded()) {
        if (message.state != State::kOut) ++there[core.statistics.books.root_of(message.message->topic())];
    }
    for (auto& [root, count] : queue.books.held) {
        for (; count > there[root]; --count) core.statistics.books[root].discard(Discard::kDamaged);
    }
}

void touch(Core& core, Queue& queue) {
    if (queue.is_touched) return;
    queue.is_touched = true;
    core.queues.touched.push_back(queue.number);
}

void finish_turn(Core& core) {
    tell_outcomes(core);
    release_parked(core);
    while (!core.queues.touched.empty()) {
        std::vector<QueueNumber> touched;
        touched.swap(core.queues.touched);
        for (const QueueNumber number : touched) {
            if (Queue* queue = core.queues.find_number(number)) finish(core, *queue);
        }
        tell_outcomes(core);
        release_parked(core);
    }
}

}  // namespace dray::shard
