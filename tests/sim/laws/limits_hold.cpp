// Nothing grows beyond its limit: queues, windows, outboxes and subscriptions by the broker's own account,
// and what a client has not acknowledged by the client's.
#include "laws/laws.h"
#include "situation.h"

namespace dray::sim {

namespace {

class LimitsHold final : public Law {
  public:
    std::string_view name() const override { return "limits hold"; }

    void arrived(const Arrival& arrival) override {
        if (arrival.unacknowledged <= arrival.window) return;
        broken(arrival.client + " has not acknowledged " + std::to_string(arrival.unacknowledged) +
               " messages, of which it may be given " + std::to_string(arrival.window));
    }
    void at_any_time(Situation& situation) override {
        if (std::string beyond = situation.cluster().beyond_limits(); !beyond.empty())
            broken(std::move(beyond));
    }
};

}  // namespace

std::unique_ptr<Law> limits_hold() {
    return std::make_unique<LimitsHold>();
}

}  // namespace dray::sim
