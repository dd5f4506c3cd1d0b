// The queues between reactors: one for each ordered pair, and one bell (an eventfd) for each receiver. One
// more party is the outside (shard::kOutside): a single thread that asks shards and gets their answers.
//
//     send(…)   send(…)   deliver(from)       the sender, in its turn, and at its end
//     take(to, visit)                         the receiver, in each of its turns
//     may_sleep(to) … wait … woken(to)        around its epoll_wait
//
// A bell is rung only for a receiver that sleeps or is about to. No wake-up is lost: the receiver says that
// it sleeps and then looks into its queues once more; the sender publishes and then looks whether the
// receiver sleeps; all four are sequentially consistent, so at least one of the two sees the other.
#pragma once

#include <atomic>
#include <memory>
#include <variant>
#include <vector>

#include "reactor/file_descriptor.h"
#include "reactor/mail_queue.h"
#include "reactor/transport.h"
#include "shard/link_id.h"
#include "shard/shard_message.h"

namespace dray::reactor {

using Mail = std::variant<shard::ShardMessage, std::unique_ptr<Passenger>>;

class Mailroom {
  public:
    explicit Mailroom(shard::ShardIndex shards);  // throws std::system_error
    shard::ShardIndex shards() const { return shards_; }

    // --- sender's thread ---
    void send(shard::ShardIndex from, shard::ShardIndex to, Mail mail) {
        queue(from, to).push(std::move(mail));
    }
    void deliver(shard::ShardIndex from);

    // --- receiver's thread ---
    template <typename Visit>  // void(ShardIndex from, Mail&&)
    void take(shard::ShardIndex to, Visit visit) {
        for (std::size_t place = 0; place < receivers_.size(); ++place) {
            if (place == place_of(to)) continue;
            const shard::ShardIndex from = party_at(place);
            queue(from, to).take_all([&](Mail&& mail) { visit(from, std::move(mail)); });
        }
    }
    bool may_sleep(shard::ShardIndex to);
    void woken(shard::ShardIndex to) { receivers_[place_of(to)].sleeping.store(false); }
    // Watched edge-triggered, so it is never read: each ring is a new edge.
    int bell(shard::ShardIndex to) const { return receivers_[place_of(to)].bell.number(); }

    // --- any thread ---
    void ring(shard::ShardIndex to);

  private:
    struct alignas(64) Receiver {
        FileDescriptor bell;
        std::atomic<bool> sleeping{false};
    };
    // The outside has the last place.
    std::size_t place_of(shard::ShardIndex party) const { return party == shard::kOutside ? shards_ : party; }
    shard::ShardIndex party_at(std::size_t place) const {
        return place == shards_ ? shard::kOutside : static_cast<shard::ShardIndex>(place);
    }
    MailQueue<Mail>& queue(shard::ShardIndex from, shard::ShardIndex to) {
        return *queues_[place_of(from) * receivers_.size() + place_of(to)];
    }

    shard::ShardIndex shards_;
    std::vector<Receiver> receivers_;
    std::vector<std::unique_ptr<MailQueue<Mail>>> queues_;
};

}  // namespace dray::reactor
