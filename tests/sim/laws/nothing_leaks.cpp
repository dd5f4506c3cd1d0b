// When all has calmed down nothing is left under way: no message, packet id or operation in memory, no
// message or packet id on disk, and as many sessions and subscriptions there as clients have.
#include "laws/laws.h"
#include "situation.h"

namespace dray::sim {

namespace {

class NothingLeaks final : public Law {
  public:
    std::string_view name() const override { return "nothing leaks"; }

    void at_the_end(Situation& situation) override {
        if (const std::string awaited = situation.awaited(); !awaited.empty())
            return broken("clients wait for " + awaited);
        if (const std::string left = situation.cluster().unfinished(); !left.empty())
            return broken("the broker has left " + left);
        const test::SimulatedDisk& disk = situation.cluster().disk();
        if (!disk.keeps()) return;
        const auto expect = [&](const char* what, shard::Table table, std::size_t count) {
            if (disk.count(table) == count) return;
            broken("on disk are " + std::to_string(disk.count(table)) + " " + what + " instead of " +
                   std::to_string(count));
        };
        expect("pages of messages", shard::Table::kEntries, 0);
        expect("pages' progress", shard::Table::kProgress, 0);
        expect("bodies", shard::Table::kBodies, 0);
        expect("bodies' holders", shard::Table::kHolders, 0);
        expect("packet ids", shard::Table::kIncoming, 0);
        expect("promises to streams", shard::Table::kStreamPromises, 0);
        expect("delayed messages", shard::Table::kDelayed, 0);
        expect("sessions", shard::Table::kSessions, situation.kept().sessions);
        expect("subscriptions", shard::Table::kSubscriptions, situation.kept().subscriptions);
    }
};

}  // namespace

std::unique_ptr<Law> nothing_leaks() {
    return std::make_unique<NothingLeaks>();
}

}  // namespace dray::sim
