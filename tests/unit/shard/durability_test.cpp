// Acknowledged means durable: whole brokers that are killed at moments the seed chooses, with publishers and
// subscribers that follow the rules, against the laws of MQTT. A failure prints its seed; DRAY_SEED=<seed>
// replays it, DRAY_SEEDS=<count> tries more of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "device.h"
#include "seeds.h"
#include "words.h"

namespace dray::test {
namespace {

constexpr std::uint64_t kDurabilitySeeds = 300;

class DurabilityStory {
    WorldOptions options(std::uint64_t seed) {
        WorldOptions result;
        result.shards = shards();
        result.seed = seed;
        result.disk = Disk::kByItself;
        return result;
    }

  public:
    explicit DurabilityStory(std::uint64_t seed) : chance_(seed * 7919 + 1), world_(options(seed)) {
        for (int i = 0; i < 3; ++i) {
            const std::string topic = "t/" + std::to_string(i);
            publishers_.push_back(std::make_unique<PublishingDevice>(world_, "p" + topic, topic, version()));
        }
        for (int i = 0; i < 4; ++i) {
            const std::string filter = i < 2 ? "t/#" : "t/" + std::to_string(i % 3);
            subscribers_.push_back(std::make_unique<SubscribingDevice>(world_, "s" + std::to_string(i),
                                                                       filter, 1 + i % 2, version()));
        }
    }

    void tell() {
        // Those who are to get everything subscribe first.
        while (!std::ranges::all_of(subscribers_, [](const auto& each) { return each->is_subscribed(); })) {
            some_steps();
            run_one_of(subscribers_);
        }
        const std::uint64_t events = 300 + chance_.below(600);
        for (std::uint64_t i = 0; i < events && !testing::Test::HasFailure(); ++i) one_event();
        calm_down();
        if (!testing::Test::HasFailure()) check();
    }

  private:
    shard::ShardIndex shards() { return static_cast<shard::ShardIndex>(1 + chance_.below(4)); }
    mqtt::ProtocolVersion version() {
        return chance_.below(2) == 0 ? ProtocolVersion::kV311 : ProtocolVersion::kV5;
    }
    template <typename Devices>
    auto& one_of(Devices& devices) {
        return *devices[chance_.below(devices.size())];
    }
    template <typename Devices>
    void run_one_of(Devices& devices) {
        one_of(devices).run();
    }
    void some_steps() {
        for (std::uint64_t left = chance_.below(12); left > 0 && world_.step(); --left) {
        }
    }

    void one_event() {
        const std::uint64_t kind = chance_.below(100);
        if (kind < 40) {
            // Retained ones at QoS 2 only: after a crash a message of QoS 1 may be accepted once more, behind
            // a later one of QoS 2.
            const int qos = 1 + static_cast<int>(chance_.below(2));
            one_of(publishers_).publish(qos, qos == 2 && chance_.below(4) == 0);
        } else if (kind < 60) {
            run_one_of(publishers_);
        } else if (kind < 90) {
            run_one_of(subscribers_);
        } else if (kind < 94) {
            one_of(subscribers_).drop();
        } else if (kind < 96) {
            one_of(publishers_).drop();
        } else if (kind < 98) {
            world_.crash(shards());
        }
        some_steps();
    }

    void calm_down() {
        for (int quiet = 0; quiet < 5;) {
            for (const auto& each : publishers_) each->run();
            for (const auto& each : subscribers_) each->run();
            bool worked = false;
            while (world_.step()) worked = true;
            quiet = worked ? 0 : quiet + 1;
            if (testing::Test::HasFailure()) return;
        }
    }

    void check() {
        for (const auto& publisher : publishers_) {
            EXPECT_TRUE(publisher->is_done()) << publisher->name() << " was not answered";
            for (const auto& subscriber : subscribers_) check_pair(*publisher, *subscriber);
            check_retained(*publisher);
        }
        const shard::Books books = world_.books();
        EXPECT_TRUE(books.balance());
        EXPECT_EQ(books.held, 0);
        EXPECT_EQ(world_.disk().count(shard::Table::kEntries), 0) << "messages left behind";
        EXPECT_EQ(world_.disk().count(shard::Table::kProgress), 0) << "progress left behind";
        EXPECT_EQ(world_.disk().count(shard::Table::kBodies), 0) << "bodies left behind";
        EXPECT_EQ(world_.disk().count(shard::Table::kHolders), 0) << "holders left behind";
        EXPECT_EQ(world_.disk().count(shard::Table::kIncoming), 0) << "packet ids left behind";
        EXPECT_EQ(world_.disk().count(shard::Table::kSessions), publishers_.size() + subscribers_.size());
    }

    void check_pair(const PublishingDevice& publisher, const SubscribingDevice& subscriber) {
        if (subscriber.filter() != "t/#" && subscriber.filter() != publisher.topic()) return;
        const std::string pair = publisher.name() + " -> " + subscriber.name();
        std::map<int, int> times;
        std::array<int, 3> highest{};
        for (const auto& [topic, number] : subscriber.arrivals()) {
            if (topic != publisher.topic()) continue;
            // In the order of one publisher, topic and QoS; what comes again comes late.
            const auto qos = static_cast<std::size_t>(publisher.qos_of(number));
            if (++times[number] > 1) continue;
            EXPECT_GT(number, highest.at(qos)) << pair << ": out of order";
            highest.at(qos) = number;
        }
        for (int number = 1; number <= publisher.last(); ++number) {
            EXPECT_GE(times[number], 1) << pair << ": message " << number << " was lost";
            if (publisher.qos_of(number) == 2 && subscriber.qos() == 2) {
                EXPECT_LE(times[number], 1) << pair << ": QoS 2 message " << number << " came twice";
            }
        }
    }

    void check_retained(const PublishingDevice& publisher) {
        Client& witness = world_.client("witness of " + publisher.topic());
        witness.sends(connect("witness" + publisher.topic())).gets(connack());
        witness.sends(subscribe(1, publisher.topic(), 0)).gets(suback(1, 0));
        const int last = publisher.last_retained();
        if (last > 0) witness.gets(retained(publish(publisher.topic(), std::to_string(last))));
        witness.gets_nothing();
    }

    Random chance_;
    World world_;
    std::vector<std::unique_ptr<PublishingDevice>> publishers_;
    std::vector<std::unique_ptr<SubscribingDevice>> subscribers_;
};

TEST(Durability, WhatWasAcknowledgedSurvivesEveryCrash) {
    for_each_seed(fewer_if_sanitized(kDurabilitySeeds),
                  [](std::uint64_t seed) { DurabilityStory(seed).tell(); });
}

}  // namespace
}  // namespace dray::test
