// Streams in brokers that are killed at moments the seed chooses, with publishers and readers that lose their
// connections. The laws:
//
//   - every acknowledged message is in the stream, and one of QoS 2 is there once
//   - offsets have no gap, and an offset always means the same message
//   - a reader gets all of them in order: within a connection each follows the one before, and after another
//   it
//     goes on no later than behind the last that it had
//
// A failure prints its seed; DRAY_SEED=<seed> replays it, DRAY_SEEDS=<count> tries more of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "device.h"
#include "seeds.h"
#include "shard/stream_filter.h"
#include "shard/stream_serving.h"
#include "words.h"

namespace dray::test {
namespace {

constexpr std::uint64_t kStreamSeeds = 200;

std::uint64_t offset_of(const mqtt::Publish& message) {
    for (const mqtt::Property& each : message.properties) {
        if (each.id == mqtt::PropertyId::kUserProperty && each.text == shard::kStreamOffset)
            return std::stoull(std::string(each.value));
    }
    return 0;
}

// Reads "$stream/events/earliest" in a session that is kept.
class ReadingDevice final : public Device {
  public:
    ReadingDevice(World& world, std::string name, std::string filter, bool is_partial)
        : Device(world, std::move(name), ProtocolVersion::kV5),
          filter_(std::move(filter)),
          is_partial_(is_partial) {}

    // What it has read: "<topic> <payload>" by offset.
    const std::map<std::uint64_t, std::string>& log() const { return log_; }
    bool is_partial() const { return is_partial_; }

  protected:
    void connected() override {
        last_ = 0;
        client().says(subscribe(1, filter_, 1));
    }
    void received(const mqtt::Packet& packet) override {
        const auto* message = std::get_if<mqtt::Publish>(&packet);
        if (message == nullptr) return;
        const std::uint64_t offset = offset_of(*message);
        if (!is_partial_) {
            const std::uint64_t highest = log_.empty() ? 0 : log_.rbegin()->first;
            if (last_ == 0) {
                EXPECT_LE(offset, highest + 1) << name() << ": a gap after a break";
            } else {
                EXPECT_EQ(offset, last_ + 1) << name() << ": a gap";
            }
        }
        EXPECT_GT(offset, last_) << name() << ": out of order";
        last_ = offset;
        const std::string text = std::string(message->topic) + ' ' + std::string(as_text(message->payload));
        const auto [known, is_new] = log_.emplace(offset, text);
        EXPECT_EQ(known->second, text) << name() << ": offset " << offset << " has become another message";
        client().says(puback(static_cast<int>(message->packet_id)));
    }

  private:
    std::string filter_;
    bool is_partial_;
    std::uint64_t last_ = 0;  // on this connection
    std::map<std::uint64_t, std::string> log_;
};

class StreamStory {
    WorldOptions options(std::uint64_t seed) {
        WorldOptions result;
        result.shards = shards();
        result.seed = seed;
        result.disk = Disk::kByItself;
        result.limits.inflight_messages_max = static_cast<std::uint16_t>(1 + seed % 30);
        // Often so little that readers have to go to the disk.
        result.limits.stream_tail_bytes_max = seed % 3 == 0 ? 1'000'000 : seed % 300;
        result.limits.stream_blocks_bytes_max = seed % 2 == 0 ? 0 : 10'000;
        result.streams = {{.name = "events", .filters = {"t/#", "t/1"}}};
        return result;
    }

  public:
    explicit StreamStory(std::uint64_t seed) : chance_(seed * 7919 + 1), world_(options(seed)) {
        for (int i = 0; i < 3; ++i) {
            const std::string topic = "t/" + std::to_string(i);
            publishers_.push_back(std::make_unique<PublishingDevice>(
                world_, "p" + topic, topic, i == 0 ? ProtocolVersion::kV311 : ProtocolVersion::kV5));
        }
        for (int i = 0; i < 3; ++i) {
            const bool is_partial = i == 2;
            readers_.push_back(std::make_unique<ReadingDevice>(
                world_, "r" + std::to_string(i),
                is_partial ? "$stream/events/earliest/+/1" : "$stream/events/earliest", is_partial));
        }
    }

    void tell() {
        const std::uint64_t events = 300 + chance_.below(600);
        for (std::uint64_t i = 0; i < events && !testing::Test::HasFailure(); ++i) one_event();
        calm_down();
        if (!testing::Test::HasFailure()) check();
    }

  private:
    shard::ShardIndex shards() { return static_cast<shard::ShardIndex>(1 + chance_.below(4)); }
    template <typename Devices>
    auto& one_of(Devices& devices) {
        return *devices[chance_.below(devices.size())];
    }

    void one_event() {
        const std::uint64_t kind = chance_.below(100);
        if (kind < 40) {
            one_of(publishers_).publish(1 + static_cast<int>(chance_.below(2)), false);
        } else if (kind < 60) {
            one_of(publishers_).run();
        } else if (kind < 90) {
            one_of(readers_).run();
        } else if (kind < 93) {
            one_of(readers_).drop();
        } else if (kind < 96) {
            one_of(publishers_).drop();
        } else if (kind < 97) {
            world_.advance(std::chrono::milliseconds(chance_.below(2000)));
        } else if (kind < 99) {
            // What has arrived was received.
            for (const auto& each : readers_) each->drop();
            world_.crash(shards());
            EXPECT_EQ(world_.disk().faults(), "");
        }
        for (std::uint64_t left = chance_.below(12); left > 0 && world_.step(); --left) {
        }
    }

    void calm_down() {
        for (int quiet = 0; quiet < 5;) {
            for (const auto& each : publishers_) each->run();
            for (const auto& each : readers_) each->run();
            bool worked = false;
            while (world_.step()) worked = true;
            world_.advance(shard::ServedReaders::Pace::kPeriod);  // old records come at a rate
            quiet = worked ? 0 : quiet + 1;
            if (testing::Test::HasFailure()) return;
        }
    }

    void check() {
        const std::map<std::uint64_t, std::string>& log = readers_[0]->log();
        ASSERT_EQ(log.size(), log.empty() ? 0 : log.rbegin()->first) << "a gap";
        std::map<std::string, int> times;
        for (const auto& [offset, text] : log) ++times[text];
        for (const auto& publisher : publishers_) {
            EXPECT_TRUE(publisher->is_done()) << publisher->name() << " was not answered";
            for (int number = 1; number <= publisher->last(); ++number) {
                const std::string text = publisher->topic() + ' ' + std::to_string(number);
                EXPECT_GE(times[text], 1) << text << " is not in the stream";
                if (publisher->qos_of(number) != 2) continue;
                EXPECT_LE(times[text], 1) << text << " is there twice";
            }
        }
        for (const auto& reader : readers_) {
            for (const auto& [offset, text] : log) {
                if (reader->is_partial() && !text.starts_with("t/1 ")) continue;
                ASSERT_TRUE(reader->log().contains(offset)) << reader->name() << " never got " << offset;
                EXPECT_EQ(reader->log().at(offset), text);
            }
        }
        EXPECT_EQ(world_.disk().count(shard::Table::kStreamRecords), log.size());
        EXPECT_EQ(world_.disk().count(shard::Table::kStreamPromises), 0) << "promises left behind";
        EXPECT_EQ(world_.disk().count(shard::Table::kIncoming), 0) << "packet ids left behind";
        EXPECT_EQ(world_.disk().count(shard::Table::kStreamCursors), readers_.size());
        EXPECT_EQ(world_.books().held, 0);
    }

    Random chance_;
    World world_;
    std::vector<std::unique_ptr<PublishingDevice>> publishers_;
    std::vector<std::unique_ptr<ReadingDevice>> readers_;
};

TEST(StreamStory, NoGapNoReorderAndAllThatWasAcknowledged) {
    for_each_seed(fewer_if_sanitized(kStreamSeeds), [](std::uint64_t seed) { StreamStory(seed).tell(); });
}

}  // namespace
}  // namespace dray::test
