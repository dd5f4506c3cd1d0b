// What the transcripts of streams have in common.
#pragma once

#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "shard_counts.h"

namespace dray::test {

// With 1, 2 and 4 shards, and with and without a disk; one stream "events".
class EachStreamWorld : public testing::TestWithParam<std::tuple<shard::ShardIndex, Disk>> {
  protected:
    EachStreamWorld() {
        world_options.shards = std::get<0>(GetParam());
        world_options.disk = std::get<1>(GetParam());
        world_options.streams = {{.name = "events", .filters = {"order/#", "order/+"}}};
    }
    bool has_disk() const { return world_options.disk != Disk::kNone; }
    WorldOptions world_options;
};
#define DRAY_EACH_STREAM_WORLD(suite)                                                              \
    class suite : public EachStreamWorld {};                                                       \
    INSTANTIATE_TEST_SUITE_P(                                                                      \
        Each, suite,                                                                               \
        testing::Combine(testing::Values(1, 2, 4), testing::Values(Disk::kNone, Disk::kByItself)), \
        stream_world_name)

inline std::string stream_world_name(
    const testing::TestParamInfo<std::tuple<shard::ShardIndex, Disk>>& info) {
    return std::to_string(std::get<0>(info.param)) + "Shards" +
           (std::get<1>(info.param) == Disk::kNone ? "" : "OnDisk");
}

// Publishes numbers: topic "<topic>", payload "<number>".
class Publisher {
  public:
    Publisher(World& world, std::string topic) : client_(world.client("p")), topic_(std::move(topic)) {
        client_.sends(connect("p")).gets(connack());
    }
    void publishes(int from, int to, int qos = 1) {
        for (int i = from; i <= to; ++i) {
            client_.sends(publish(topic_, std::to_string(i), qos, qos == 0 ? 0 : i));
            if (qos == 1) client_.gets(puback(i));
            if (qos == 2) client_.gets(pubrec(i)).sends(pubrel(i)).gets(pubcomp(i));
        }
    }

  private:
    Client& client_;
    std::string topic_;
};

// All payloads that have come; what comes with QoS 1 is acknowledged, until nothing comes any more.
inline std::string takes(Client& client) {
    std::string text;
    for (bool more = true; more;) {
        more = false;
        for (const mqtt::Packet& packet : client.takes_all()) {
            const auto* message = std::get_if<mqtt::Publish>(&packet);
            if (message == nullptr) continue;
            text += std::string(text.empty() ? "" : " ") + std::string(as_text(message->payload));
            if (message->qos == QoS::kAtMostOnce) continue;
            client.sends(puback(static_cast<int>(message->packet_id)));
            more = true;
        }
    }
    return text;
}

inline std::string numbers(int from, int to) {
    std::string text;
    for (int i = from; i <= to; ++i) text += (text.empty() ? "" : " ") + std::to_string(i);
    return text;
}

inline Client& reader(World& world, const std::string& name, std::string_view filter, int qos = 1,
                      ProtocolVersion version = ProtocolVersion::kV311) {
    return world.client(name).sends(connect(name, version)).gets(connack()).sends(subscribe(1, filter, qos));
}

}  // namespace dray::test
