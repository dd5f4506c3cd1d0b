#include "admin/overview.h"

#include <memory>
#include <utility>

#include "admin/queue_routes.h"
#include "admin/stream_routes.h"

namespace dray::admin {

namespace {

using shard::StatisticsReply;
using shard::StatisticsRequest;

Overview add_up(const Context& context, const std::vector<StatisticsReply>& replies) {
    Overview overview;
    overview.version = context.version;
    overview.listeners = context.listeners;
    if (context.operators != nullptr) overview.client_user = context.operators->user();
    const auto uptime = std::chrono::steady_clock::now() - context.started;
    overview.uptime_ms =
        static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(uptime).count());
    overview.shards = context.switchboard.shards();
    overview.store_keeps = context.store.keeps();
    overview.store_works = context.store.works();
    overview.bridges = context.bridges;
    overview.sinks = context.sinks;
    for (const StatisticsReply& reply : replies) overview.statistics.add(reply.statistics);
    return overview;
}

}  // namespace

void look_around(const Context& context, std::function<void(std::optional<Overview>)> then) {
    // Three questions to every shard, in a row: each answer is added to what is known so far.
    struct Looking {
        Overview overview;
        std::function<void(std::optional<Overview>)> then;
    };
    auto looking = std::make_shared<Looking>();
    looking->then = std::move(then);
    const auto with_streams = [looking](std::optional<std::vector<shard::StreamInfo>> streams) {
        if (!streams) return looking->then(std::nullopt);
        looking->overview.streams = std::move(*streams);
        looking->then(std::move(looking->overview));
    };
    const auto with_queues = [&context, looking,
                              with_streams](std::optional<std::vector<shard::QueueInfo>> queues) {
        if (!queues) return looking->then(std::nullopt);
        looking->overview.queues = std::move(*queues);
        list_streams(context, with_streams);
    };
    context.switchboard.ask_all<StatisticsReply>(
        StatisticsRequest{},
        [&context, looking, with_queues](const std::optional<std::vector<StatisticsReply>>& replies) {
            if (!replies) return looking->then(std::nullopt);
            looking->overview = add_up(context, *replies);
            list_queues(context, with_queues);
        });
}

}  // namespace dray::admin
