// At any time what stands on disk can be understood, belongs to something that is there, and each body counts
// exactly those that hold it.
#include "laws/laws.h"
#include "situation.h"

namespace dray::sim {

namespace {

class StoreIsSound final : public Law {
  public:
    std::string_view name() const override { return "the store is sound"; }

    void at_any_time(Situation& situation) override {
        if (std::string wrong = situation.cluster().disk().faults(); !wrong.empty()) broken(std::move(wrong));
    }
    void at_the_end(Situation& situation) override { at_any_time(situation); }
};

}  // namespace

std::unique_ptr<Law> store_is_sound() {
    return std::make_unique<StoreIsSound>();
}

}  // namespace dray::sim
