#include "shard/damage.h"

#include "shard/core.h"

namespace dray::shard {

void report_damage(Core& core, std::string where, std::string_view what, std::uint64_t messages_lost) {
    // Which topics they had is lost, too.
    Books& books = core.statistics.books[RootBooks::kOtherRoots];
    for (std::uint64_t i = 0; i < messages_lost; ++i) {
        books.hold();
        books.discard(Discard::kDamaged);
    }
    core.effects.damages.push_back({std::move(where), std::string(what), messages_lost});
}

}  // namespace dray::shard
