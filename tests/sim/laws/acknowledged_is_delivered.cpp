// A QoS 1 or 2 message that was acknowledged comes, at least once, to every session that had a matching
// subscription of QoS 1 or 2 confirmed before it was sent, and keeps both. Not to one whose queue was full:
// such losses may be as many as the books have, and no more.
#include <map>
#include <set>

#include "laws/laws.h"
#include "mqtt/topic.h"
#include "situation.h"

namespace dray::sim {

namespace {

class AcknowledgedIsDelivered final : public Law {
  public:
    std::string_view name() const override { return "acknowledged is delivered"; }

    void subscribed(const Subscription& subscription) override {
        if (!subscription.group.empty() || subscription.options.qos == mqtt::QoS::kAtMostOnce) return;
        takers_[subscription.client].filters[subscription.filter] = subscription.options.no_local;
    }
    void unsubscribed(const Subscription& subscription) override {
        Taker& taker = takers_[subscription.client];
        taker.filters.erase(subscription.filter);
        std::erase_if(taker.owed, [&](const Message* message) {
            return mqtt::matches(subscription.filter, message->topic);
        });
    }
    void session_ended(const std::string& client) override { takers_.erase(client); }
    void sent(const Message& message) override {
        if (message.qos == mqtt::QoS::kAtMostOnce || message.is_empty) return;
        for (auto& [client, taker] : takers_) {
            for (const auto& [filter, no_local] : taker.filters) {
                if (no_local && client == message.publisher) continue;
                if (mqtt::matches(filter, message.topic)) taker.owed.insert(&message);
            }
        }
    }
    void arrived(const Arrival& arrival) override {
        const auto taker = takers_.find(arrival.client);
        if (taker != takers_.end()) taker->second.owed.erase(&arrival.message);
    }
    void at_the_end(Situation& situation) override {
        std::uint64_t excused =
            situation.books().discarded[static_cast<std::size_t>(shard::Discard::kQueueFull)];
        for (const auto& [client, taker] : takers_) {
            for (const Message* message : taker.owed) {
                if (message->fate != Message::Fate::kAccepted) continue;
                if (message->expires_at <= situation.cluster().now()) continue;
                if (excused-- == 0) return broken(describe(*message) + " never came to " + client);
            }
        }
    }

  private:
    struct Taker {
        std::map<std::string, bool> filters;  // and whether it is No Local
        std::set<const Message*> owed;
    };
    std::map<std::string, Taker> takers_;
};

}  // namespace

std::unique_ptr<Law> acknowledged_is_delivered() {
    return std::make_unique<AcknowledgedIsDelivered>();
}

}  // namespace dray::sim
