// What the transcripts of queues have in common.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "shard_counts.h"

namespace dray::test {

inline shard::QueueOptions queue(std::string name, std::vector<std::string> filters) {
    shard::QueueOptions options;
    options.name = std::move(name);
    options.filters = std::move(filters);
    return options;
}

// With one queue "jobs" that attracts "job/#".
class EachQueueWorld : public EachShardCount {
  protected:
    WorldOptions with(shard::QueueOptions options, Disk disk = Disk::kNone) const {
        WorldOptions world = this->options();
        world.queues.push_back(std::move(options));
        world.disk = disk;
        return world;
    }
    WorldOptions with_jobs(Disk disk = Disk::kNone) const { return with(queue("jobs", {"job/#"}), disk); }
};
#define DRAY_EACH_QUEUE_WORLD(suite)        \
    class suite : public EachQueueWorld {}; \
    INSTANTIATE_TEST_SUITE_P(Each, suite, testing::Values(1, 2, 4), shard_count_name)

inline Client& consumes(World& world, const std::string& name, std::string_view filter = "$queue/jobs",
                        int qos = 1, ProtocolVersion version = ProtocolVersion::kV311) {
    return world.client(name)
        .sends(connect_again(name, version))
        .gets(connack())
        .sends(subscribe(1, filter, qos))
        .gets(suback(1, qos));
}

inline Client& publisher(World& world) {
    return world.client("p").sends(connect("p")).gets(connack());
}

inline void publish_numbers(World& world, int first, int last, std::string_view topic = "job/a") {
    for (int i = first; i <= last; ++i) {
        const std::string payload = std::to_string(i);
        world.client("p").sends(publish(topic, payload, 1, i)).gets(puback(i));
    }
}

inline shard::QueueReply ask(World& world, shard::ShardIndex shards, const std::string& name,
                             shard::QueueAction action) {
    return world.ask<shard::QueueReply>(shard::home_of_queue(name, shards),
                                        shard::QueueRequest{7, std::move(action)});
}

inline shard::QueueInfo info(World& world, shard::ShardIndex shards, const std::string& name) {
    const auto reply = ask(world, shards, name, shard::ListQueues{name});
    EXPECT_EQ(reply.queues.size(), 1U) << reply.what;
    return reply.queues.empty() ? shard::QueueInfo() : reply.queues.front();
}

}  // namespace dray::test
