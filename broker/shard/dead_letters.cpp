#include "shard/dead_letters.h"

#include "base/iso_time.h"
#include "shard/core.h"
#include "shard/queue_store.h"
#include "shard/queues.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using session::Message;
using session::MessageRef;
using Position = QueueMessages::Position;
using State = QueueMessages::State;

constexpr std::string_view kDeadLetterPrefix = "dead-letter-";
constexpr std::string_view kQueueProperty = "dead-letter-queue";
// Looked at in one turn.
constexpr std::size_t kRedriveMessagesMax = 1000;

std::string_view name(DeadReason reason) {
    switch (reason) {
        case DeadReason::kExpired:
            return "expired";
        case DeadReason::kMaxDeliveries:
            return "max-deliveries";
        case DeadReason::kOverflow:
            return "overflow";
        case DeadReason::kUndeliverable:
            return "undeliverable";
    }
    return "";
}

bool is_of_dead_letters(const mqtt::Property& property) {
    return property.id == mqtt::PropertyId::kUserProperty && property.text.starts_with(kDeadLetterPrefix);
}

// The same message with its own properties and `added`, for ever.
MessageRef make_over(const Message& message, const mqtt::Properties& added) {
    mqtt::PropertyList own;
    for (const mqtt::Property& property : message.properties()) {
        if (!is_of_dead_letters(property)) own.add(property);
    }
    mqtt::Publish publish;
    publish.qos = message.qos();
    publish.retain = message.retain();
    publish.properties = own.view();
    publish.payload = message.payload();
    return Message::make(publish, message.topic(), {message.publisher(), kNever}, added);
}

MessageRef dead_letter(const Core& core, const Queue& queue, const QueueMessages::Message& dead,
                       DeadReason reason) {
    mqtt::PropertyList story;
    story.add_user("dead-letter-reason", name(reason));
    story.add_user(kQueueProperty, queue.options.name);
    story.add_user("dead-letter-topic", dead.message->topic());
    story.add_user("dead-letter-deliveries", std::to_string(dead.deliveries));
    story.add_user("dead-letter-time", to_iso_time(core.now));
    return make_over(*dead.message, story.view());
}

// Where a dead letter comes from; empty if it is none.
std::string_view origin_of(const Message& message) {
    for (const mqtt::Property& property : message.properties()) {
        if (is_of_dead_letters(property) && property.text == kQueueProperty) return property.value;
    }
    return {};
}

Queue& find_or_declare(Core& core, std::string_view name) {
    if (Queue* known = core.queues.find(name)) return *known;
    QueueOptions options;
    options.name = name;
    return declare_queue(core, options, 0);
}

void end_move(Core& core, Queue& queue, Position position, bool is_dead) {
    Books& books = let_go(core, queue, *queue.messages.find(position));
    is_dead ? books.dead_letter() : books.hand_over();
    if (is_dead) ++queue.counters.dead_lettered;
    erase_queued(core, queue, position);
}

void move(Core& core, Queue& queue, Position position, std::string target, MessageRef message, bool is_dead) {
    const ShardIndex home = home_of_queue(target, core.options.count);
    if (home == core.options.index) {
        enqueue(core, find_or_declare(core, target), message);
        return end_move(core, queue, position, is_dead);
    }
    queue.messages.leave(position);
    const Ticket ticket = core.tickets.open(MoveDone{queue.number, position, is_dead});
    core.forward(home, QueueMove{std::move(target), std::move(message), ticket});
}

}  // namespace

bool bury(Core& core, Queue& queue, Position position, DeadReason reason) {
    if (queue.options.dead_letter_queue.empty()) return false;
    const QueueMessages::Message& dead = *queue.messages.find(position);
    // Two queues that are full would throw it to each other for ever.
    if (reason == DeadReason::kOverflow && !origin_of(*dead.message).empty()) return false;
    if (core.traces.is_on()) [[unlikely]]
        trace_queue(core, queue, "dead-letter", *dead.message, name(reason), queue.options.dead_letter_queue);
    move(core, queue, position, queue.options.dead_letter_queue, dead_letter(core, queue, dead, reason),
         true);
    return true;
}

void start_redrive(const Core& core, Queue& queue, std::uint32_t rate_per_s, std::uint64_t messages_max) {
    queue.redrive = {};
    queue.redrive.until = queue.messages.totals().last_position;
    queue.redrive.left = messages_max == 0 ? ~std::uint64_t{0} : messages_max;
    queue.redrive.rate_per_s = rate_per_s;
    queue.redrive.began_at = core.now;
}

Instant go_on_redriving(Core& core, Queue& queue) {
    Redrive& redrive = queue.redrive;
    for (std::size_t looked_at = 0; redrive.is_running(); ++looked_at) {
        if (looked_at == kRedriveMessagesMax) return core.now;
        if (redrive.rate_per_s > 0) {
            const auto due_ms = static_cast<std::int64_t>(redrive.moved * 1000 / redrive.rate_per_s);
            const Instant due = redrive.began_at + std::chrono::milliseconds(due_ms);
            if (due > core.now) return due;
        }
        load_window(core, queue);
        const auto& loaded = queue.messages.loaded();
        const auto next = loaded.upper_bound(redrive.looked_at);
        // There is more on disk, when what is on its way has left the window.
        const bool has_more = !queue.messages.is_all_loaded() && queue.messages.count(State::kLeaving) > 0;
        if (next == loaded.end() && has_more && redrive.left > 0) return kNever;
        if (next == loaded.end() || next->first > redrive.until || redrive.left == 0) {
            redrive = {};
            break;
        }
        redrive.looked_at = next->first;
        const std::string origin(origin_of(*next->second.message));
        // What a consumer has, or what is no dead letter, stays.
        if (next->second.state != State::kReady || origin.empty() || origin == queue.options.name) continue;
        --redrive.left;
        ++redrive.moved;
        if (core.traces.is_on()) [[unlikely]]
            trace_queue(core, queue, "redrive", *next->second.message, {}, origin);
        move(core, queue, next->first, origin, without_dead_letter_properties(*next->second.message), false);
    }
    return kNever;
}

void receive_move(Core& core, ShardIndex from, const QueueMove& move) {
    enqueue(core, find_or_declare(core, move.queue), move.message);
    when_durable(core, ConfirmTicket{from, move.ticket});
}

void move_is_done(Core& core, const MoveDone& done) {
    Queue* queue = core.queues.find_number(done.queue);
    if (queue == nullptr || queue->messages.find(done.position) == nullptr) return;
    end_move(core, *queue, done.position, done.is_dead);
    touch(core, *queue);
}

MessageRef without_dead_letter_properties(const Message& message) {
    return make_over(message, {});
}

}  // namespace dray::shard
