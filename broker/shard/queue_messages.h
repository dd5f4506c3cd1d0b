// What one queue holds, in the order of arrival, and which of it may be given out next. A data structure: who
// consumes, and how records come to the disk, is queues.h.
//
//     position     4       5       6       7       9          10 … 90 000         90 001  90 002
//              +-------+-------+-------+-------+-------+ - - - - - - - - - - - +-------+-------+
//     state    |  out  | ready |delayed|  out  | ready |     only on disk      |   not yet     |
//              +-------+-------+-------+-------+-------+ - - - - - - - - - - - +-- safe there -+
//              |<-- loaded: a window of so many bytes->|                       |<--- tail ---->|
//
// Whatever becomes of a message, it keeps its position: one that comes back is older than those behind it.
// Of messages with one key (queue_options.h) only the first may be out; the others are held back until it is
// removed. Without a disk all are loaded.
//
// Giving out, adding and removing take logarithmic time. Lives on the queue's home shard.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>

#include "base/instant.h"
#include "base/ring.h"
#include "session/message.h"
#include "session/session.h"
#include "shard/queue_options.h"
#include "shard/store_batch.h"

namespace dray::shard {

class QueueMessages {
  public:
    using Position = std::uint64_t;  // from 1
    enum class State : std::uint8_t {
        kPromised,  // part of a commit of another shard that is not done (collection.h)
        kReady,     // may be given out, unless its key holds it back
        kOut,       // with a consumer
        kDelayed,   // until retry_at
        kLeaving,   // on its way into a dead-letter queue of another shard
    };
    struct Message {
        session::MessageRef message;
        Instant arrived_at;
        Instant retry_at;
        session::SessionNumber consumer = 0;  // of kOut
        std::uint32_t deliveries = 0;         // that came to nothing
        State state = State::kReady;
    };
    // Of all, loaded or not.
    struct Totals {
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        Position last_position = 0;
    };

    QueueMessages(OrderKey key, std::uint64_t ttl_ms) : key_(std::move(key)), ttl_ms_(ttl_ms) {}
    // Other options from now on.
    void set_rules(OrderKey key, std::uint64_t ttl_ms);

    const Totals& totals() const { return totals_; }
    // Of those that are loaded.
    std::size_t count(State state) const { return sums_.at(static_cast<std::size_t>(state)).messages; }
    std::uint64_t bytes(State state) const { return sums_.at(static_cast<std::size_t>(state)).bytes; }
    bool is_all_loaded() const { return !is_spilled_; }

    // --- arrival ---
    Position next_position() const { return totals_.last_position + 1; }
    // At next_position(). Stays out of the window if that has `window_bytes_max` already, or older ones are
    // not loaded; until the commit `waits_for` is safe it is in the tail then.
    void append(Message message, StoreSequence waits_for, std::uint64_t window_bytes_max);
    // Of kPromised: the commit is done. False if it is gone.
    bool keep_promise(Position position);

    // --- the window ---
    // After a restart: all of it is on disk only.
    void restore(const Totals& totals);
    bool wants_more(std::uint64_t window_bytes_max) const {
        return is_spilled_ && window_bytes() < window_bytes_max / 2 + 1;
    }
    // Of what waits in it: what is out or leaves is bounded by the windows of those who take it.
    std::uint64_t window_bytes() const { return window_bytes_ - bytes(State::kOut) - bytes(State::kLeaving); }
    // What is to be read lies between these two, and all that is there is safe.
    Position unloaded_after() const { return loaded_up_to_; }
    Position unloaded_before() const { return tail_.empty() ? ~Position{0} : tail_[0].position; }
    void load(Position position, Message message);
    void pass_over(Position position) { loaded_up_to_ = std::max(loaded_up_to_, position); }  // it cannot be
    // Everything up to the tail was loaded. Returns by how many messages the totals were wrong.
    std::int64_t end_load();
    // Messages in the tail that are safe are on disk only from now on.
    void trim_tail(StoreSequence durable);

    // --- giving out ---
    // Not while an older one is promised: at first, messages are given out in the order of their arrival.
    std::optional<Position> first_ready() const {
        if (ready_.empty() || (!promised_.empty() && *promised_.begin() < *ready_.begin())) return {};
        return *ready_.begin();
    }
    // nullptr if it is not loaded, or gone.
    const Message* find(Position position) const;
    void give_out(Position position, session::SessionNumber consumer);
    void delay(Position position, Instant until);
    void make_ready(Position position);
    void leave(Position position);
    void set_deliveries(Position position, std::uint32_t deliveries) {
        loaded_.at(position).deliveries = deliveries;
    }
    Message remove(Position position);
    // All but those with a consumer or leaving; returns how many.
    std::uint64_t purge();

    // --- time ---
    Instant expires_at(const Message& message) const;
    // The first that expires or is to be tried again, and when.
    std::optional<std::pair<Instant, Position>> first_due() const {
        return due_.empty() ? std::nullopt : std::optional(*due_.begin());
    }

    // Of the loaded, oldest first.
    const std::map<Position, Message>& loaded() const { return loaded_; }
    template <typename Visit>  // void(Position, const Message&)
    void for_each_in_tail(Visit visit) const {
        for (std::size_t i = 0; i < tail_.size(); ++i) visit(tail_[i].position, tail_[i].message);
    }

  private:
    struct Tail {
        Position position = 0;
        Message message;
        StoreSequence waits_for = 0;
    };
    // Of one key.
    using Line = std::set<Position>;

    Instant due_at(const Message& message) const;
    void insert(Position position, Message message);
    // What follows from a message's state, before and after it changes.
    void unlist(Position position, const Message& message);
    void list(Position position, const Message& message);
    void set_state(Position position, State state);
    Line* line_of(const Message& message);
    void leave_line(Position position, const Message& message);
    Tail* find_in_tail(Position position);

    OrderKey key_;
    std::uint64_t ttl_ms_;
    Totals totals_;
    std::map<Position, Message> loaded_;
    std::set<Position> ready_;  // those of the loaded that may be given out
    std::set<Position> promised_;
    std::set<std::pair<Instant, Position>> due_;
    std::unordered_map<std::string, Line> lines_;
    struct Sum {
        std::size_t messages = 0;
        std::uint64_t bytes = 0;
    };
    std::array<Sum, 5> sums_{};  // of each state
    std::uint64_t window_bytes_ = 0;
    Position loaded_up_to_ = 0;
    bool is_spilled_ = false;  // some are not loaded
    Ring<Tail> tail_;
};

}  // namespace dray::shard
