// A queue: what is acknowledged to its publisher is in the end acknowledged by a consumer, of the queue or of
// its dead letters, unless it expired or was more than the queue may hold. What a consumer has acknowledged
// does not come again, unless its acknowledgement may have been lost: with its connection or, before PUBREL
// has come, by a crash. And where a key or an exclusive consumer promises order, what one client publishes to
// one topic comes in that order (not counting what comes again, or was sent again).
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "laws/laws.h"
#include "mqtt/topic.h"
#include "situation.h"

namespace dray::sim {

namespace {

using shard::QueueOptions;

class QueuesKeepAndGive final : public Law {
  public:
    std::string_view name() const override { return "queues keep and give"; }

    void began(const test::ClusterOptions& options) override {
        for (const QueueOptions& queue : options.queues) queues_[queue.name] = queue;
    }
    void sent(const Message& message) override {
        if (message.qos == mqtt::QoS::kAtMostOnce || message.is_empty) return;
        for (const auto& [name, queue] : queues_) {
            if (attracts(queue, message)) owed_.insert({name, &message});
        }
    }
    void arrived(const Arrival& arrival) override {
        if (arrival.queue.empty()) return;
        const QueueOptions& queue = queues_.at(arrival.queue);
        if (!attracts(queue, arrival.message) && !may_have_died(arrival))
            return broken(describe(arrival.message) + " came out of " + queue.name + ", which never took it");
        if (arrival.is_late) return;  // it may have been given to others, too
        look_at_order(queue, arrival);
        const auto done = done_.find({queue.name, arrival.message.number});
        if (done == done_.end() || done->second.is_doubtful || may_be_there_twice(queue, arrival.message))
            return;
        broken(describe(arrival.message) + " came out of " + queue.name + " again after " +
               done->second.consumer + " had acknowledged it");
    }
    void acknowledged(const Settled& settled) override {
        if (settled.queue.empty() || settled.is_refused) return;
        done_[{settled.queue, settled.message.number}] = {settled.client, false, false};
    }
    void released(const Settled& settled) override {
        if (settled.queue.empty()) return;
        done_[{settled.queue, settled.message.number}] = {settled.client, true, false};
    }
    void disconnected(const std::string& client) override {
        for (auto& [key, done] : done_) done.is_doubtful |= !done.is_safe && done.consumer == client;
    }
    void crashed() override {
        has_crashed_ = true;
        for (auto& [key, done] : done_) done.is_doubtful |= !done.is_safe;
    }
    void at_the_end(Situation& situation) override {
        std::uint64_t may_expire_only = 0;
        std::uint64_t may_overflow_only = 0;
        std::uint64_t gone = 0;
        for (const auto& [name, message] : owed_) {
            if (message->fate != Message::Fate::kAccepted) continue;
            const QueueOptions& queue = queues_.at(name);
            if (done_.contains({name, message->number}) ||
                done_.contains({queue.dead_letter_queue, message->number}))
                continue;
            if (message->expires_at <= situation.cluster().now()) continue;
            const bool may_expire = queue.ttl_ms > 0 && queue.dead_letter_queue.empty();
            const bool may_overflow = queue.overflow == shard::Overflow::kDropOldest;
            if (!may_expire && !may_overflow)
                return broken(describe(*message) + " was lost by queue " + name);
            ++gone;
            if (!may_overflow) ++may_expire_only;
            if (!may_expire) ++may_overflow_only;
        }
        const shard::Books& books = situation.books();
        const std::uint64_t overflowed = books.discarded[static_cast<std::size_t>(shard::Discard::kOverflow)];
        if (may_expire_only <= books.expired && may_overflow_only <= overflowed &&
            gone <= books.expired + overflowed)
            return;
        broken(std::to_string(gone) + " messages are gone from queues; expired are " +
               std::to_string(books.expired) + ", and " + std::to_string(overflowed) + " were too much");
    }

  private:
    struct Done {
        std::string consumer;
        bool is_safe = false;      // the broker has said so
        bool is_doubtful = false;  // it may not have heard it
    };

    static bool attracts(const QueueOptions& queue, const Message& message) {
        for (const std::string& filter : queue.filters) {
            if (mqtt::matches(filter, message.topic)) return true;
        }
        return false;
    }
    // As a letter that its queue could not deliver.
    bool may_have_died(const Arrival& arrival) const {
        for (const auto& [name, queue] : queues_) {
            const bool may_die = queue.overflow == shard::Overflow::kDeadLetter || queue.deliveries_max > 0 ||
                                 queue.ttl_ms > 0 || arrival.message.expires_at != kNever;
            if (queue.dead_letter_queue == arrival.queue && attracts(queue, arrival.message) && may_die &&
                (arrival.died_in.empty() || arrival.died_in == name))
                return true;
        }
        return false;
    }
    // Sent again at QoS 1 it may have been taken twice; a dead letter may have been moved twice by a crash,
    // or come from two queues.
    bool may_be_there_twice(const QueueOptions& queue, const Message& message) const {
        if (message.was_repeated && message.qos != mqtt::QoS::kExactlyOnce) return true;
        if (attracts(queue, message)) return false;
        const auto is_source = [&](const auto& entry) {
            return entry.second.dead_letter_queue == queue.name && attracts(entry.second, message);
        };
        return has_crashed_ || std::ranges::count_if(queues_, is_source) > 1;
    }
    void look_at_order(const QueueOptions& queue, const Arrival& arrival) {
        const Message& message = arrival.message;
        if (!queue.exclusive && queue.key != "topic") return;
        // By a crash a dead letter may be back in its queue.
        if (has_crashed_ && !queue.dead_letter_queue.empty()) return;
        if (message.was_repeated || message.is_will || message.delay_s > 0 || !attracts(queue, message))
            return;
        if (!seen_.insert({queue.name, message.number}).second) return;
        std::uint32_t& last = last_[{queue.name, message.publisher, message.topic}];
        if (message.number < last)
            broken(describe(message) + " came out of " + queue.name + " behind " + std::to_string(last));
        last = message.number;
    }

    std::map<std::string, QueueOptions> queues_;
    std::set<std::pair<std::string, const Message*>> owed_;
    std::map<std::pair<std::string, std::uint32_t>, Done> done_;  // by queue and message
    bool has_crashed_ = false;
    std::set<std::pair<std::string, std::uint32_t>> seen_;
    std::map<std::tuple<std::string, std::string, std::string>, std::uint32_t> last_;
};

}  // namespace

std::unique_ptr<Law> queues_keep_and_give() {
    return std::make_unique<QueuesKeepAndGive>();
}

}  // namespace dray::sim
