// A delayed message comes to nobody before its time. (That it comes, and how often, is the business of the
// laws for all messages.)
#include "laws/laws.h"

namespace dray::sim {

namespace {

class DelayedComesInTime final : public Law {
  public:
    std::string_view name() const override { return "delayed comes in time"; }

    void arrived(const Arrival& arrival) override {
        if (arrival.at >= arrival.message.due) return;
        broken(describe(arrival.message) + " came to " + arrival.client + " " +
               std::to_string((arrival.message.due - arrival.at).count()) + " ms early");
    }
};

}  // namespace

std::unique_ptr<Law> delayed_comes_in_time() {
    return std::make_unique<DelayedComesInTime>();
}

}  // namespace dray::sim
