#include "shard/queue_messages.h"

#include <algorithm>

#include "base/assert.h"

namespace dray::shard {

void QueueMessages::set_rules(OrderKey key, std::uint64_t ttl_ms) {
    for (const auto& [position, message] : loaded_) unlist(position, message);
    lines_.clear();
    key_ = std::move(key);
    ttl_ms_ = ttl_ms;
    for (const auto& [position, message] : loaded_) {
        if (Line* line = line_of(message)) line->insert(position);
    }
    for (const auto& [position, message] : loaded_) list(position, message);
}

// --- arrival ---

void QueueMessages::append(Message message, StoreSequence waits_for, std::uint64_t window_bytes_max) {
    const Position position = ++totals_.last_position;
    ++totals_.messages;
    totals_.bytes += message.message->weight();
    is_spilled_ |= window_bytes() >= window_bytes_max;
    if (is_spilled_) {
        tail_.push_back({position, std::move(message), waits_for});
    } else {
        insert(position, std::move(message));
    }
}

bool QueueMessages::keep_promise(Position position) {
    if (const auto found = loaded_.find(position); found != loaded_.end()) {
        DRAY_ASSERT(found->second.state == State::kPromised);
        set_state(position, State::kReady);
        return true;
    }
    Tail* tail = find_in_tail(position);
    if (tail != nullptr) tail->message.state = State::kReady;
    return tail != nullptr;
}

QueueMessages::Tail* QueueMessages::find_in_tail(Position position) {
    std::size_t low = 0;
    for (std::size_t high = tail_.size(); low < high;) {
        const std::size_t middle = (low + high) / 2;
        tail_[middle].position < position ? low = middle + 1 : high = middle;
    }
    return low < tail_.size() && tail_[low].position == position ? &tail_[low] : nullptr;
}

// --- the window ---

void QueueMessages::restore(const Totals& totals) {
    DRAY_ASSERT(loaded_.empty() && tail_.empty());
    totals_ = totals;
    is_spilled_ = totals.messages > 0;
}

void QueueMessages::load(Position position, Message message) {
    DRAY_ASSERT(is_spilled_ && position > loaded_up_to_ && position < unloaded_before());
    insert(position, std::move(message));
}

std::int64_t QueueMessages::end_load() {
    while (!tail_.empty()) {
        Tail next = tail_.pop_front();
        insert(next.position, std::move(next.message));
    }
    tail_.clear_and_free();
    is_spilled_ = false;
    const auto wrong =
        static_cast<std::int64_t>(loaded_.size()) - static_cast<std::int64_t>(totals_.messages);
    totals_.messages = loaded_.size();
    totals_.bytes = window_bytes_;
    return wrong;
}

void QueueMessages::trim_tail(StoreSequence durable) {
    while (!tail_.empty() && tail_.front().waits_for <= durable &&
           tail_.front().message.state != State::kPromised) {
        tail_.pop_front();
    }
}

void QueueMessages::insert(Position position, Message message) {
    window_bytes_ += message.message->weight();
    loaded_up_to_ = std::max(loaded_up_to_, position);
    const auto at = loaded_.emplace_hint(loaded_.end(), position, std::move(message));
    if (Line* line = line_of(at->second)) line->insert(line->end(), position);
    list(position, at->second);
}

// --- giving out ---

const QueueMessages::Message* QueueMessages::find(Position position) const {
    const auto found = loaded_.find(position);
    return found == loaded_.end() ? nullptr : &found->second;
}

void QueueMessages::give_out(Position position, session::SessionNumber consumer) {
    loaded_.at(position).consumer = consumer;
    set_state(position, State::kOut);
}

void QueueMessages::delay(Position position, Instant until) {
    unlist(position, loaded_.at(position));
    loaded_.at(position).retry_at = until;
    loaded_.at(position).state = State::kDelayed;
    list(position, loaded_.at(position));
}

void QueueMessages::make_ready(Position position) {
    set_state(position, State::kReady);
}

void QueueMessages::leave(Position position) {
    set_state(position, State::kLeaving);
}

QueueMessages::Message QueueMessages::remove(Position position) {
    const auto found = loaded_.find(position);
    DRAY_ASSERT(found != loaded_.end());
    unlist(position, found->second);
    leave_line(position, found->second);
    Message message = std::move(found->second);
    loaded_.erase(found);
    window_bytes_ -= message.message->weight();
    totals_.bytes -= message.message->weight();
    --totals_.messages;
    return message;
}

std::uint64_t QueueMessages::purge() {
    const std::uint64_t before = totals_.messages;
    std::erase_if(loaded_, [this](const auto& entry) {
        const auto& [position, message] = entry;
        if (message.state == State::kOut || message.state == State::kLeaving) return false;
        unlist(position, message);
        leave_line(position, message);
        window_bytes_ -= message.message->weight();
        return true;
    });
    tail_.clear_and_free();
    is_spilled_ = false;
    loaded_up_to_ = totals_.last_position;
    totals_.messages = loaded_.size();
    totals_.bytes = window_bytes_;
    return before - totals_.messages;
}

void QueueMessages::set_state(Position position, State state) {
    Message& message = loaded_.at(position);
    unlist(position, message);
    message.state = state;
    list(position, message);
}

void QueueMessages::unlist(Position position, const Message& message) {
    Sum& sum = sums_.at(static_cast<std::size_t>(message.state));
    --sum.messages;
    sum.bytes -= message.message->weight();
    if (message.state == State::kReady) ready_.erase(position);
    if (message.state == State::kPromised) promised_.erase(position);
    if (const Instant due = due_at(message); due != kNever) due_.erase({due, position});
}

void QueueMessages::list(Position position, const Message& message) {
    Sum& sum = sums_.at(static_cast<std::size_t>(message.state));
    ++sum.messages;
    sum.bytes += message.message->weight();
    if (const Instant due = due_at(message); due != kNever) due_.insert({due, position});
    if (message.state == State::kPromised) promised_.insert(promised_.end(), position);
    if (message.state != State::kReady) return;
    const Line* line = line_of(message);
    if (line == nullptr || *line->begin() == position) ready_.insert(ready_.end(), position);
}

// --- keys ---

QueueMessages::Line* QueueMessages::line_of(const Message& message) {
    const auto key = key_.of(*message.message);
    return key ? &lines_[std::string(*key)] : nullptr;
}

// The next of its key has its turn.
void QueueMessages::leave_line(Position position, const Message& message) {
    Line* line = line_of(message);
    if (line == nullptr) return;
    line->erase(position);
    if (line->empty()) {
        lines_.erase(std::string(*key_.of(*message.message)));
    } else if (loaded_.at(*line->begin()).state == State::kReady) {
        ready_.insert(*line->begin());
    }
}

// --- time ---

Instant QueueMessages::expires_at(const Message& message) const {
    const Instant own = message.message->expires_at();
    if (ttl_ms_ == 0) return own;
    return std::min(own, message.arrived_at + std::chrono::milliseconds(ttl_ms_));
}

Instant QueueMessages::due_at(const Message& message) const {
    if (message.state == State::kReady) return expires_at(message);
    if (message.state == State::kDelayed) return std::min(expires_at(message), message.retry_at);
    return kNever;
}

}  // namespace dray::shard
