// A QoS 2 message comes once to a session, and to one member of a shared group. What comes with RETAIN may be
// the retained message of a new subscription besides. After a crash a message that was not acknowledged yet
// may come to a group once more: its members' records are not committed together with the publisher's packet
// id.
#include <map>

#include "laws/laws.h"

namespace dray::sim {

namespace {

class ExactlyOnce final : public Law {
  public:
    std::string_view name() const override { return "exactly once"; }

    void arrived(const Arrival& arrival) override {
        if (arrival.qos != mqtt::QoS::kExactlyOnce || arrival.retain) return;
        const std::string taker = arrival.group.empty()
                                      ? arrival.client + "#" + std::to_string(arrival.session)
                                      : std::string(kGroup) + arrival.group;
        if (++times_[{taker, arrival.message.number}] > 1)
            broken(describe(arrival.message) + " came twice to " + taker);
    }

    void crashed() override {
        std::erase_if(times_, [](const auto& entry) { return entry.first.first.starts_with(kGroup); });
    }

  private:
    static constexpr std::string_view kGroup = "group ";
    std::map<std::pair<std::string, std::uint32_t>, int> times_;
};

}  // namespace

std::unique_ptr<Law> exactly_once() {
    return std::make_unique<ExactlyOnce>();
}

}  // namespace dray::sim
