// The broker's core without sockets, one shard, for what must not depend on how fast the machine is just now.
//
//     core_bench message PATH COUNT     COUNT publishes on that path; under callgrind, which counts the
//     instructions of
//                                       broker_reads and broker_turns, this is what a message costs
//     core_bench idle CLIENTS           connected clients with one subscription each; prints memory per
//     client
//
// tests/bench/instructions runs the first.
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <deque>
#include <fstream>
#include <functional>
#include <map>
#include <string>

#include "base/block_cache.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "shard/shard.h"
#include "store/memory_store.h"

namespace {

using namespace dray;

constexpr auto kVersion = mqtt::ProtocolVersion::kV311;
constexpr Instant kNow{1'000'000};
constexpr int kBatch = 20;  // messages of a publisher that come in one read

struct Client {
    shard::LinkId link;
    std::string to_broker;
    std::string from_broker;
};

template <typename Write>  // void(LinkId)
void carry_out(shard::Shard& shard, shard::Effects& effects, Write write) {
    while (shard.has_work()) {
        shard.end_turn();
        std::swap(effects, shard.effects());
        for (const shard::LinkId link : effects.flushes) write(link);
        effects.clear();
    }
}

class Core {
  public:
    Core() : batch_(64 * 1024), shard_(options(), store_, kNow) {}

    // It connects and subscribes.
    Client& join(const std::string& filter, mqtt::QoS qos) {
        Client& client = clients_.emplace_back();
        client.link = shard_.open({}, kNow);
        links_[client.link.index] = &client;
        const std::string id = "c" + std::to_string(clients_.size());
        mqtt::Connect connect;
        connect.version = kVersion;
        connect.client_id = id;
        mqtt::encode(connect, kVersion, client.to_broker);
        if (!filter.empty()) {
            mqtt::Subscribe subscribe;
            subscribe.packet_id = mqtt::PacketId{1};
            subscribe.requests = {{.filter = filter, .options = {.qos = qos}}};
            mqtt::encode(subscribe, kVersion, client.to_broker);
        }
        settle(client);
        return client;
    }

    // One read of that many messages, and all that follows from it until nobody has anything to say.
    void publish(Client& client, const std::string& topic, mqtt::QoS qos, int count, bool retain = false) {
        static const std::string payload(100, 'x');
        mqtt::Publish publish;
        publish.topic = topic;
        publish.qos = qos;
        publish.retain = retain;
        publish.payload = as_bytes(payload);
        for (int i = 0; i < count; ++i) {
            if (qos != mqtt::QoS::kAtMostOnce) publish.packet_id = mqtt::PacketId{++last_packet_id_};
            if (last_packet_id_ == 60'000) last_packet_id_ = 0;
            mqtt::encode(publish, kVersion, client.to_broker);
        }
        settle(client);
    }

    std::uint64_t delivered() const { return delivered_; }

  private:
    static shard::ShardOptions options() {
        shard::ShardOptions options;
        options.version = "bench";
        options.limits.sys_interval_ms = 0;
        return options;
    }

    void settle(Client& first) {
        talking_.push_back(&first);
        while (!talking_.empty()) {
            for (Client* client : talking_) {
                broker_reads(*client);
                client->to_broker.clear();
            }
            talking_.clear();
            heard_.clear();
            broker_turns();
            for (Client* client : heard_) answer(*client);
        }
    }

    // What follows is counted: kept out of line, and known by name.
    [[gnu::noinline]] void broker_reads(Client& client) {
        shard_.receive(client.link, as_bytes(client.to_broker), kNow);
    }
    [[gnu::noinline]] void broker_turns() {
        carry_out(shard_, effects_, [this](shard::LinkId link) { write(*links_[link.index]); });
    }

    void write(Client& client) {
        session::Outbox& outbox = shard_.outbox(client.link);
        while (!outbox.empty()) {
            batch_.clear();
            outbox.gather(batch_);
            for (const ByteView piece : batch_.pieces()) client.from_broker += as_text(piece);
            shard_.written(client.link, batch_.bytes(), kNow);
        }
        heard_.push_back(&client);
    }

    // As a client keeps to the protocol.
    void answer(Client& client) {
        ByteView rest = as_bytes(client.from_broker);
        const auto say = [&](mqtt::PacketType type, mqtt::PacketId id) {
            client.to_broker += as_text(mqtt::encode_short_acknowledgement(type, id).bytes);
        };
        for (;;) {
            const mqtt::FrameResult next = mqtt::next_frame(rest, 1 << 20, kVersion);
            if (next.status != mqtt::FrameStatus::kDone) break;
            const ByteView body = next.frame.body;
            if (next.frame.type == mqtt::PacketType::kPublish) {
                const auto message = mqtt::decode_publish(next.frame, kVersion);
                ++delivered_;
                if (message->qos == mqtt::QoS::kAtLeastOnce)
                    say(mqtt::PacketType::kPuback, message->packet_id);
                if (message->qos == mqtt::QoS::kExactlyOnce)
                    say(mqtt::PacketType::kPubrec, message->packet_id);
            } else if (next.frame.type == mqtt::PacketType::kPubrec ||
                       next.frame.type == mqtt::PacketType::kPubrel) {
                const bool mine = next.frame.type == mqtt::PacketType::kPubrec;
                say(mine ? mqtt::PacketType::kPubrel : mqtt::PacketType::kPubcomp,
                    mqtt::PacketId{static_cast<std::uint16_t>(body[0] << 8 | body[1])});
            }
            rest = rest.subspan(next.frame.size);
        }
        client.from_broker.clear();
        if (!client.to_broker.empty()) talking_.push_back(&client);
    }

    store::MemoryStore store_;
    session::GatherBatch batch_;
    shard::Shard shard_;
    shard::Effects effects_;
    std::deque<Client> clients_;
    std::map<std::uint32_t, Client*> links_;
    std::vector<Client*> talking_;
    std::vector<Client*> heard_;
    std::uint16_t last_packet_id_ = 0;
    std::uint64_t delivered_ = 0;
};

struct Path {
    const char* filter;
    mqtt::QoS qos;
    int takers;
    int other_filters;
    int batch;
    bool retain;
};

const std::map<std::string, Path> kPaths = {
    {"qos0", {"t/a", mqtt::QoS::kAtMostOnce, 1, 0, kBatch, false}},
    {"qos1", {"t/a", mqtt::QoS::kAtLeastOnce, 1, 0, kBatch, false}},
    {"qos2", {"t/a", mqtt::QoS::kExactlyOnce, 1, 0, kBatch, false}},
    {"alone", {"t/a", mqtt::QoS::kAtMostOnce, 1, 0, 1, false}},  // each in a turn of its own
    {"fan-out", {"t/+", mqtt::QoS::kAtMostOnce, 100, 0, 1, false}},
    {"filters", {"t/#", mqtt::QoS::kAtMostOnce, 1, 10'000, kBatch, false}},
    {"retained", {"t/a", mqtt::QoS::kAtMostOnce, 1, 0, kBatch, true}},
};

int publish_on(const Path& path, std::uint64_t count) {
    BlockCache blocks;
    const BlockCache::InUse in_use(blocks);
    Core core;
    for (int i = 0; i < path.other_filters; ++i) {
        core.join("t/" + std::to_string(i) + (i % 2 == 0 ? "/+" : ""), path.qos);
    }
    for (int i = 0; i < path.takers; ++i) core.join(path.filter, path.qos);
    Client& publisher = core.join("", path.qos);
    for (std::uint64_t i = 0; i < count; i += static_cast<std::uint64_t>(path.batch)) {
        core.publish(publisher, "t/a", path.qos, path.batch, path.retain);
    }
    const std::uint64_t owed = count * static_cast<std::uint64_t>(path.takers);
    if (core.delivered() == owed) return 0;
    std::fprintf(stderr, "core_bench: %llu of %llu messages were delivered\n",
                 static_cast<unsigned long long>(core.delivered()), static_cast<unsigned long long>(owed));
    return 1;
}

double memory_bytes() {
    double in_all = 0;
    double resident = 0;
    std::ifstream("/proc/self/statm") >> in_all >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

int be_idle(std::uint64_t clients) {
    store::MemoryStore store;
    shard::ShardOptions options;
    options.limits.sys_interval_ms = 0;
    shard::Shard shard(options, store, kNow);
    const double before = memory_bytes();
    shard::Effects effects;
    session::GatherBatch batch(64 * 1024);
    for (std::uint64_t i = 0; i < clients; ++i) {
        const std::string id = "vehicle-" + std::to_string(i);
        const std::string filter = "vehicle/" + std::to_string(i) + "/orders";
        mqtt::Connect connect;
        connect.version = kVersion;
        connect.client_id = id;
        mqtt::Subscribe subscribe;
        subscribe.packet_id = mqtt::PacketId{1};
        subscribe.requests = {{.filter = filter, .options = {}}};
        std::string bytes;
        mqtt::encode(connect, kVersion, bytes);
        mqtt::encode(subscribe, kVersion, bytes);
        shard::LinkOptions from;
        from.peer = "127.0.0.1:50000";
        const shard::LinkId link = shard.open(from, kNow);
        shard.receive(link, as_bytes(bytes), kNow);
        carry_out(shard, effects, [&](shard::LinkId flushed) {
            batch.clear();
            shard.outbox(flushed).gather(batch);
            shard.written(flushed, batch.bytes(), kNow);
        });
    }
    const double grown = memory_bytes() - before;
    std::printf("{\"clients\": %llu, \"bytes_per_client\": %.0f}\n", static_cast<unsigned long long>(clients),
                grown / static_cast<double>(clients));
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    const std::string what = count > 1 ? arguments[1] : "";
    if (what == "idle" && count == 3) return be_idle(std::stoull(arguments[2]));
    if (what == "message" && count == 4 && kPaths.contains(arguments[2])) {
        return publish_on(kPaths.at(arguments[2]), std::stoull(arguments[3]));
    }
    std::fprintf(stderr, "usage: core_bench message PATH COUNT | core_bench idle CLIENTS; PATH is one of");
    for (const auto& [name, path] : kPaths) std::fprintf(stderr, " %s", name.c_str());
    std::fprintf(stderr, "\n");
    return 2;
}
