// What one client publishes to one topic comes to each session in that order, among messages that come at
// the same QoS [MQTT-3.1.1 4.6.0-6]. What comes again comes late and does not count; shared subscriptions
// promise no order. Nor does a message that was first sent before the subscription was confirmed: it may be
// accepted when it is sent again. The same goes for one whose first copy was not kept: at QoS 0, for a
// full queue, or because it expired.
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
    void subscribed(const Subscription& subscription) override {
        confirmed_[subscription.client] = last_sent_;
    }
    void arrived(const Arrival& arrival) override {
        const Message& message = arrival.message;
        if (arrival.retain || !arrival.group.empty() || message.is_will) return;
        const bool first_may_be_gone = arrival.qos == mqtt::QoS::kAtMostOnce ||
                                       message.expires_at != kNever ||
                                       message.number <= confirmed_[arrival.client];
        if (message.was_repeated && first_may_be_gone) return;
        const std::string session = arrival.client + "#" + std::to_string(arrival.session);
        if (!seen_.emplace(session, message.number).second) return;
        std::uint32_t& last = last_[{session, message.publisher, message.topic, arrival.qos}];
        if (message.number < last) {
            std::string& how = message.was_repeated ? suspicion_ : how_;
            how = describe(message) + " came to " + session + " behind " + std::to_string(last);
        }
        if (!how_.empty()) broken(how_);
        last = message.number;
    }
    void at_the_end(Situation& situation) override {
        const auto full = static_cast<std::size_t>(shard::Discard::kQueueFull);
        if (!suspicion_.empty() && situation.books().discarded[full] == 0) broken(suspicion_);
    }

  private:
    std::string how_;
    std::string suspicion_;  // unless a queue was full
    std::uint32_t last_sent_ = 0;
    std::map<std::string, std::uint32_t> confirmed_;  // sent last when a client was subscribed last
    std::set<std::pair<std::string, std::uint32_t>> seen_;
    std::map<std::tuple<std::string, std::string, std::string, mqtt::QoS>, std::uint32_t> last_;
};

}  // namespace

std::unique_ptr<Law> order() {
    return std::make_unique<Order>();
}

}  // namespace dray::sim
