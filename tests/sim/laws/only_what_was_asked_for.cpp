// What comes to a client was sent by somebody and not refused, matches a filter that the session has or has
// had, and has not more than that filter's QoS. (A QoS 1 message that was sent twice may have been accepted
// once and refused then; one of QoS 2 may, before a crash, have been retained or given to a group's member,
// which are not committed together with its packet id. Nor does what was on its way when the broker died say
// anything of what it knows afterwards.)
#include <algorithm>
#include <map>
#include <vector>

#include "laws/laws.h"
#include "mqtt/topic.h"

namespace dray::sim {

namespace {

class OnlyWhatWasAskedFor final : public Law {
  public:
    std::string_view name() const override { return "only what was asked for"; }

    void asked(const Subscription& subscription) override {
        asked_[subscription.client].push_back(subscription);
    }
    void session_ended(const std::string& client) override { asked_.erase(client); }
    void arrived(const Arrival& arrival) override {
        const Message& message = arrival.message;
        const bool may_have_been_accepted =
            message.was_repeated && (arrival.is_late || message.qos == mqtt::QoS::kAtLeastOnce ||
                                     arrival.retain || !arrival.group.empty());
        if (message.fate == Message::Fate::kRefused && !may_have_been_accepted)
            return broken(describe(message) + " was refused and came to " + arrival.client);
        if (!arrival.queue.empty() || arrival.offset > 0) return;  // they have laws of their own
        // The broker does not know whose a delayed message was nor, after a restart, a will or a retained
        // one.
        const bool is_live = !message.is_will && !arrival.retain && message.delay_s == 0;
        const auto allows = [&](const Subscription& subscription) {
            return mqtt::matches(subscription.filter, message.topic) &&
                   arrival.qos <= std::min(subscription.options.qos, message.qos) &&
                   !(subscription.options.no_local && message.publisher == arrival.client && is_live);
        };
        if (std::ranges::none_of(asked_[arrival.client], allows))
            broken(describe(message) + " came to " + arrival.client + ", which never asked for it");
    }

  private:
    std::map<std::string, std::vector<Subscription>> asked_;
};

}  // namespace

std::unique_ptr<Law> only_what_was_asked_for() {
    return std::make_unique<OnlyWhatWasAskedFor>();
}

}  // namespace dray::sim
