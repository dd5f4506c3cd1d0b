// A QoS 2 message comes once to a session, and to one member of a shared group. What comes with RETAIN may be
// the retained message of a new subscription besides. To a group a message may come again after a crash: its
// members' records are committed neither together with the publisher's packet id nor with each other. Queues
// have a law of their own.
#include <map>

#include "laws/laws.h"

namespace dray::sim {

namespace {

class ExactlyOnce final : public Law {
  public:
    std::string_view name() const override { return "exactly once"; }

    void arrived(const Arrival& arrival) override {
        if (arrival.qos != mqtt::QoS::kExactlyOnce || arrival.retain || !arrival.queue.empty()) return;
        if (!arrival.group.empty() && has_crashed_) return;
        const std::string taker = arrival.group.empty()
                                      ? arrival.client + "#" + std::to_string(arrival.session)
                                      : "group " + arrival.group;
        if (++times_[{taker, arrival.message.number}] > 1)
            broken(describe(arrival.message) + " came twice to " + taker);
    }

    void crashed() override { has_crashed_ = true; }

  private:
    bool has_crashed_ = false;
    std::map<std::pair<std::string, std::uint32_t>, int> times_;
};

}  // namespace

std::unique_ptr<Law> exactly_once() {
    return std::make_unique<ExactlyOnce>();
}

}  // namespace dray::sim
