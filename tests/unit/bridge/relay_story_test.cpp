// Two whole brokers and the relay between them, at steps that a seed chooses: its connections are cut at any
// packet, brokers are killed and come back with what their disks have, publishers and subscribers on both
// come and go. Whoever subscribes on either side gets
//
//   - every message of either side, and each of QoS 2 exactly once
//   - those of one publisher and QoS in order
//   - nothing that has gone round
//
// So it is too where 3.1.1 is spoken to the other broker, which does not know bridges then.
//
// A failure prints its seed; DRAY_SEED=<seed> replays it, DRAY_SEEDS=<count> tries more of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

#include "bridge/relay.h"
#include "device.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "seeds.h"
#include "words.h"

namespace dray::test {
namespace {

using bridge::Side;

constexpr std::uint64_t kSeeds = 100;

bridge::RelayOptions relay_options(ProtocolVersion there) {
    bridge::RelayOptions options;
    options.client_id = "dray-south";
    options.local_client_id = "the-bridge";
    options.site = "north";
    options.topics = {{.filter = "t/#"}};
    options.remote_version = there;
    if (there != ProtocolVersion::kV5) {
        options.topics = {{.filter = "t/north", .direction = bridge::Direction::kOut},
                          {.filter = "t/south", .direction = bridge::Direction::kIn}};
    }
    return options;
}

// The relay as a client in two worlds.
class Span final : private bridge::RelayEvents {
  public:
    Span(World& local, World& remote, ProtocolVersion there)
        : versions_{ProtocolVersion::kV5, there},
          worlds_{&local, &remote},
          relay_(relay_options(there), figures_, *this) {}

    // Carries what there is, one way and the other; opens what is not open.
    void run() {
        if (!std::exchange(is_open_, true)) open(Side::kRemote);
        if (relay_.wants_local()) open(Side::kLocal);
        for (const Side side : {Side::kRemote, Side::kLocal}) {
            if (!has_opened_[index(side)]) continue;
            if (!client(side).is_connected()) return cut();
            carry_to_broker(side);
            carry_to_relay(side);
        }
        EXPECT_EQ(relay_.fault(), "");
    }
    void cut() {
        for (const Side side : {Side::kRemote, Side::kLocal}) {
            if (client(side).is_connected()) client(side).drops();
            client(side).takes_all();
        }
        has_opened_ = {};
        relay_.closed();
        is_open_ = false;
    }
    bool is_up() const { return relay_.is_up(); }
    const bridge::Figures& figures() const { return figures_; }

  private:
    static std::size_t index(Side side) { return static_cast<std::size_t>(side); }
    ProtocolVersion version(Side side) const { return versions_[index(side)]; }
    World& world(Side side) { return *worlds_[index(side)]; }
    Client& client(Side side) { return world(side).client("the bridge"); }
    void open(Side side) {
        has_opened_[index(side)] = true;
        relay_.opened(side, world(side).now());
        carry_to_broker(side);
    }
    void carry_to_broker(Side side) {
        while (!relay_.output(side).empty()) {
            const mqtt::FrameResult next = mqtt::next_frame(as_bytes(relay_.output(side)), 1 << 20);
            ASSERT_EQ(next.status, mqtt::FrameStatus::kDone);
            const auto packet = mqtt::decode(next.frame, version(side));
            if (!packet) return refuse_level(next.frame.size);
            client(side).says(*packet);
            relay_.sent(side, next.frame.size, world(side).now());
        }
    }
    // As that broker does, whose decoder has refused it.
    void refuse_level(std::size_t bytes) {
        const mqtt::Connack refusal = connack(false, ReasonCode::kUnsupportedProtocolVersion);
        std::string answer;
        mqtt::encode(refusal, ProtocolVersion::kV311, answer);
        relay_.sent(Side::kRemote, bytes, world(Side::kRemote).now());
        relay_.receive(Side::kRemote, as_bytes(answer), world(Side::kRemote).now());
        EXPECT_NE(relay_.fault(), "");
        cut();
    }
    void carry_to_relay(Side side) {
        if (!relay_.listens(side)) return;
        for (const mqtt::Packet& packet : client(side).takes_all()) {
            std::string bytes;
            mqtt::encode(packet, version(side), bytes);
            relay_.receive(side, as_bytes(bytes), world(side).now());
        }
    }

    void on_up(bool) override {}
    void on_subscription_refused(Side, std::string_view filter, ReasonCode) override {
        ADD_FAILURE() << filter << " was refused";
    }
    void on_not_given(Side, std::string_view topic, std::string_view why) override {
        ADD_FAILURE() << topic << " was not passed on: " << why;
    }
    void on_refused(Side, PacketId, ReasonCode reason) override {
        ADD_FAILURE() << "a message was refused: " << mqtt::name(reason);
    }

    std::array<ProtocolVersion, 2> versions_;
    std::array<World*, 2> worlds_;
    bridge::Figures figures_;
    bridge::Relay relay_;
    std::array<bool, 2> has_opened_{};
    bool is_open_ = false;
};

class Story {
  public:
    Story(std::uint64_t seed, ProtocolVersion there)
        : chance_(seed * 7919 + 1),
          north_(options(2 * seed)),
          south_(options(2 * seed + 1)),
          span_(north_, south_, there) {
        for (World* world : {&north_, &south_}) {
            const std::string where = world == &north_ ? "north" : "south";
            publishers_.push_back(
                std::make_unique<PublishingDevice>(*world, "p" + where, "t/" + where, ProtocolVersion::kV5));
            subscribers_.push_back(
                std::make_unique<SubscribingDevice>(*world, "s" + where, "t/#", 2, ProtocolVersion::kV5));
        }
    }

    void tell() {
        const auto is_set_up = [this] {
            return span_.is_up() && std::ranges::all_of(subscribers_, &SubscribingDevice::is_subscribed);
        };
        while (!is_set_up() && !testing::Test::HasFailure()) {
            for (const auto& each : subscribers_) each->run();
            span_.run();
            some_steps();
        }
        const std::uint64_t events = 300 + chance_.below(600);
        for (std::uint64_t i = 0; i < events && !testing::Test::HasFailure(); ++i) one_event();
        calm_down();
        if (testing::Test::HasFailure()) return;
        for (const auto& publisher : publishers_) {
            EXPECT_TRUE(publisher->is_done()) << publisher->name() << " was not answered";
            for (const auto& subscriber : subscribers_) check_pair(*publisher, *subscriber);
        }
        for (World* world : {&north_, &south_}) EXPECT_EQ(world->books().held, 0);
    }

  private:
    WorldOptions options(std::uint64_t seed) {
        WorldOptions result;
        result.shards = shards();
        result.seed = seed;
        result.disk = Disk::kByItself;
        return result;
    }
    shard::ShardIndex shards() { return static_cast<shard::ShardIndex>(1 + chance_.below(3)); }
    template <typename Devices>
    auto& one_of(Devices& devices) {
        return *devices[chance_.below(devices.size())];
    }
    void some_steps() {
        for (World* world : {&north_, &south_}) {
            for (std::uint64_t left = chance_.below(8); left > 0 && world->step(); --left) {
            }
        }
    }

    void one_event() {
        const std::uint64_t kind = chance_.below(100);
        if (kind < 30) {
            one_of(publishers_).publish(1 + static_cast<int>(chance_.below(2)), false);
        } else if (kind < 45) {
            one_of(publishers_).run();
        } else if (kind < 60) {
            one_of(subscribers_).run();
        } else if (kind < 90) {
            span_.run();
        } else if (kind < 95) {
            span_.cut();
        } else if (kind < 97) {
            one_of(subscribers_).drop();
        } else if (kind < 98) {
            (chance_.below(2) == 0 ? north_ : south_).crash(shards());
        }
        some_steps();
    }

    void calm_down() {
        for (int quiet = 0; quiet < 8 && !testing::Test::HasFailure();) {
            for (const auto& each : publishers_) each->run();
            for (const auto& each : subscribers_) each->run();
            span_.run();
            bool worked = false;
            for (World* world : {&north_, &south_}) {
                while (world->step()) worked = true;
            }
            quiet = worked ? 0 : quiet + 1;
        }
    }

    void check_pair(const PublishingDevice& publisher, const SubscribingDevice& subscriber) {
        const std::string pair = publisher.name() + " -> " + subscriber.name();
        std::map<int, int> times;
        std::array<int, 3> highest{};
        for (const auto& [topic, number] : subscriber.arrivals()) {
            if (topic != publisher.topic() || ++times[number] > 1) continue;
            const auto qos = static_cast<std::size_t>(publisher.qos_of(number));
            EXPECT_GT(number, highest.at(qos)) << pair << ": out of order";
            highest.at(qos) = number;
        }
        for (int number = 1; number <= publisher.last(); ++number) {
            EXPECT_GE(times[number], 1) << pair << ": message " << number << " was lost";
            if (publisher.qos_of(number) != 2) continue;
            EXPECT_LE(times[number], 1) << pair << ": QoS 2 message " << number << " came twice";
        }
    }

    Random chance_;
    World north_;
    World south_;
    Span span_;
    std::vector<std::unique_ptr<PublishingDevice>> publishers_;
    std::vector<std::unique_ptr<SubscribingDevice>> subscribers_;
};

TEST(RelayStory, TwoBrokersShareTheirMessagesWhateverIsLostBetweenThem) {
    for_each_seed(fewer_if_sanitized(kSeeds),
                  [](std::uint64_t seed) { Story(seed, ProtocolVersion::kV5).tell(); });
}

TEST(RelayStory, SoDoesOneThatIsSpokenToIn311) {
    for_each_seed(fewer_if_sanitized(kSeeds) / 2,
                  [](std::uint64_t seed) { Story(seed, ProtocolVersion::kV311).tell(); });
}

}  // namespace
}  // namespace dray::test
