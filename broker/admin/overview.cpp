#include "admin/overview.h"

#include <utility>

#include "admin/stream_routes.h"

namespace dray::admin {

namespace {

using shard::StatisticsReply;
using shard::StatisticsRequest;

Overview add_up(const Context& context, const std::vector<StatisticsReply>& replies) {
    Overview overview;
    overview.version = context.version;
    const auto uptime = std::chrono::steady_clock::now() - context.started;
    overview.uptime_ms =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(uptime).count());
    overview.shards = context.switchboard.shards();
    overview.store_keeps = context.store.keeps();
    overview.store_works = context.store.works();
    for (const StatisticsReply& reply : replies) overview.statistics.add(reply.statistics);
    return overview;
}

}  // namespace

void look_around(const Context& context, std::function<void(std::optional<Overview>)> then) {
    context.switchboard.ask_all<StatisticsReply>(
        StatisticsRequest{},
        [&context, then = std::move(then)](const std::optional<std::vector<StatisticsReply>>& replies) {
            if (!replies) return then(std::nullopt);
            list_streams(context, [overview = add_up(context, *replies),
                                   then](std::optional<std::vector<shard::StreamInfo>> streams) mutable {
                if (!streams) return then(std::nullopt);
                overview.streams = std::move(*streams);
                then(std::move(overview));
            });
        });
}

}  // namespace dray::admin
