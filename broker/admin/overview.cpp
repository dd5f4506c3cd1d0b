#include "admin/overview.h"

#include <utility>

namespace dray::admin {

using shard::StatisticsReply;
using shard::StatisticsRequest;

void look_around(const Context& context, std::function<void(std::optional<Overview>)> then) {
    context.switchboard.ask_all<StatisticsReply>(
        StatisticsRequest{},
        [&context, then = std::move(then)](const std::optional<std::vector<StatisticsReply>>& replies) {
            if (!replies) return then(std::nullopt);
            Overview overview;
            overview.version = context.version;
            const auto uptime = std::chrono::steady_clock::now() - context.started;
            overview.uptime_ms = static_cast<std::uint64_t>(
                std::chrono::duration_cast<std::chrono::milliseconds>(uptime).count());
            overview.shards = context.switchboard.shards();
            overview.store_keeps = context.store.keeps();
            overview.store_works = context.store.works();
            for (const StatisticsReply& reply : *replies) overview.statistics.add(reply.statistics);
            then(std::move(overview));
        });
}

}  // namespace dray::admin
