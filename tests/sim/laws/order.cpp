// What one client publishes to one topic comes to each session in that order, among messages that come at
// the same QoS [MQTT-3.1.1 4.6.0-6]. What comes again comes late and does not count; shared subscriptions
// promise no order, queues and streams have laws of their own, and delayed messages come when they are due.
// Nor does a message that was sent again if its first copy may not have been taken: it came
// before the subscription, which may be in effect before its SUBACK, had QoS 0 or an expiry, met a full
// queue, or was refused.
#include <map>
#include <set>
#include <tuple>

#include "laws/laws.h"
#include "situation.h"

namespace dray::sim {

namespace {

class Order final : public Law {
  public:
    std::string_view name() const override { return "order"; }

    void sent(const Message& message) override { last_sent_ = message.number; }
    void asked(const Subscription& subscription) override {
        unconfirmed_[subscription.client].insert(subscription.filter);
    }
    void subscribed(const Subscription& subscription) override {
        unconfirmed_[subscription.client].erase(subscription.filter);
        confirmed_[subscription.client] = last_sent_;
    }
    void session_ended(const std::string& client) override { unconfirmed_.erase(client); }
    void arrived(const Arrival& arrival) override {
        const Message& message = arrival.message;
        const std::string session = arrival.client + "#" + std::to_string(arrival.session);
        if (arrival.retain) seen_.emplace(session, message.number);  // perhaps live, as published
        if (arrival.retain || !arrival.group.empty() || message.is_will) return;
        if (!arrival.queue.empty() || arrival.offset > 0 || message.delay_s > 0) return;
        const bool first_may_be_gone =
            arrival.qos == mqtt::QoS::kAtMostOnce || message.expires_at != kNever ||
            message.number <= confirmed_[arrival.client] || !unconfirmed_[arrival.client].empty();
        if (message.was_repeated && first_may_be_gone) return;
        // One that expired may come after all when a crash has left open whether it was sent.
        if (message.expires_at != kNever && has_crashed_) return;
        if (!seen_.emplace(session, message.number).second) return;
        std::uint32_t& last = last_[{session, message.publisher, message.topic, arrival.qos}];
        if (message.number < last) {
            std::string& how = message.was_repeated ? suspicion_ : how_;
            how = describe(message) + " came to " + session + " behind " + std::to_string(last);
        }
        if (!how_.empty()) broken(how_);
        last = message.number;
    }
    void crashed() override { has_crashed_ = true; }
    void at_the_end(Situation& situation) override {
        const auto full = static_cast<std::size_t>(shard::Discard::kQueueFull);
        const bool is_excused = situation.books().discarded[full] > 0 || situation.publishes_refused() > 0;
        if (!suspicion_.empty() && !is_excused) broken(suspicion_);
    }

  private:
    bool has_crashed_ = false;
    std::string how_;
    std::string suspicion_;  // of one that was sent again
    std::uint32_t last_sent_ = 0;
    std::map<std::string, std::set<std::string>> unconfirmed_;  // in effect, perhaps, since some time before
    std::map<std::string, std::uint32_t> confirmed_;            // sent last when a client was subscribed last
    std::set<std::pair<std::string, std::uint32_t>> seen_;
    std::map<std::tuple<std::string, std::string, std::string, mqtt::QoS>, std::uint32_t> last_;
};

}  // namespace

std::unique_ptr<Law> order() {
    return std::make_unique<Order>();
}

}  // namespace dray::sim
