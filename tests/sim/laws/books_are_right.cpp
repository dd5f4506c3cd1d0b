// At any time the books of every topic root balance, and what they call held is there; in the end nothing is
// held.
#include "laws/laws.h"
#include "situation.h"

namespace dray::sim {

namespace {

class BooksAreRight final : public Law {
  public:
    std::string_view name() const override { return "books are right"; }

    void at_any_time(Situation& situation) override {
        if (std::string wrong = situation.cluster().audit(); !wrong.empty()) broken(std::move(wrong));
    }
    void at_the_end(Situation& situation) override {
        at_any_time(situation);
        const shard::Books now = situation.cluster().statistics().books.total();
        if (now.held != 0) broken(std::to_string(now.held) + " messages are held in the end");
    }
};

}  // namespace

std::unique_ptr<Law> books_are_right() {
    return std::make_unique<BooksAreRight>();
}

}  // namespace dray::sim
