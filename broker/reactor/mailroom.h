// The queues between reactors: one for each ordered pair, and one bell (an eventfd) for each receiver. One
// more party is the outside (shard::kOutside): a single thread that asks shards and gets their answers.
//
//     send(…)   send(…)   deliver(from)       the sender, in its turn, and at its end
//     take(to, visit)                         the receiver, in each of its turns
//     may_sleep(to) … wait … woken(to)        around its epoll_wait
//     borrow(of) … take … give_back(of)       a sender in the place of a receiver that sleeps
//
// A bell is rung only for a receiver that sleeps or is about to. No wake-up is lost: the receiver says that
// it sleeps and then looks into its queues once more; the sender publishes and then looks whether the
// receiver sleeps; all four are sequentially consistent, so at least one of the two sees the other. For the
// same reason who has acted in a receiver's place looks into its queues once more when it has given back.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <variant>
#include <vector>

#include "reactor/baton.h"
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
    // Makes it arrive. A receiver that sleeps is woken, unless the sender has seen to its mail itself.
    template <typename StandIn>  // bool(ShardIndex to, std::uint64_t mails): whether it has
    void deliver(shard::ShardIndex from, StandIn stand_in) {
        for (std::size_t place = 0; place < receivers_.size(); ++place) {
            if (place == place_of(from)) continue;
            const shard::ShardIndex to = party_at(place);
            const std::uint64_t mails = queue(from, to).publish();
            if (mails > 0 && !stand_in(to, mails)) wake(to);
        }
    }
    void deliver(shard::ShardIndex from) {
        deliver(from, [](shard::ShardIndex, std::uint64_t) { return false; });
    }

    // --- receiver's thread, or whoever has borrowed its baton ---
    template <typename Visit, typename Expect>  // void(ShardIndex from, Mail&&); void(std::span<const Mail>)
    void take(shard::ShardIndex to, Visit visit, Expect expect) {
        for (std::size_t place = 0; place < receivers_.size(); ++place) {
            if (place == place_of(to)) continue;
            const shard::ShardIndex from = party_at(place);
            queue(from, to).take_all([&](Mail&& mail) { visit(from, std::move(mail)); }, expect);
        }
    }
    template <typename Visit>
    void take(shard::ShardIndex to, Visit visit) {
        take(to, std::move(visit), [](std::span<const Mail>) {});
    }

    // --- receiver's thread ---
    bool has_mail(shard::ShardIndex to);
    bool may_sleep(shard::ShardIndex to);
    // Waits for whoever acts in its place just now.
    void woken(shard::ShardIndex to) { baton(to).get_up(); }
    // Watched edge-triggered, so it is never read: each ring is a new edge.
    int bell(shard::ShardIndex to) const { return receivers_[place_of(to)].bell.number(); }

    // --- another receiver's thread ---
    // True: that one sleeps, and until it is given back the caller may do what is its alone.
    bool borrow(shard::ShardIndex of) { return baton(of).borrow(); }
    // `needed`: there is something that the sleeper has to do itself.
    void give_back(shard::ShardIndex of, bool needed);

    // --- any thread ---
    void ring(shard::ShardIndex to);

  private:
    struct alignas(64) Receiver {
        FileDescriptor bell;
        Baton baton;
    };
    // The outside has the last place.
    std::size_t place_of(shard::ShardIndex party) const { return party == shard::kOutside ? shards_ : party; }
    shard::ShardIndex party_at(std::size_t place) const {
        return place == shards_ ? shard::kOutside : static_cast<shard::ShardIndex>(place);
    }
    Baton& baton(shard::ShardIndex of) { return receivers_[place_of(of)].baton; }
    void wake(shard::ShardIndex to) {
        if (baton(to).wake()) ring(to);
    }
    MailQueue<Mail>& queue(shard::ShardIndex from, shard::ShardIndex to) {
        return *queues_[place_of(from) * receivers_.size() + place_of(to)];
    }

    shard::ShardIndex shards_;
    std::vector<Receiver> receivers_;
    std::vector<std::unique_ptr<MailQueue<Mail>>> queues_;
};

}  // namespace dray::reactor
