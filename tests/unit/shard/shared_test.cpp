// Shared subscriptions, MQTT 5.0 section 4.8.2: what must hold for any members, comings and goings.
#include <map>
#include <set>

#include "seeds.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

DRAY_EACH_SHARD_COUNT(SharedGroups);

Client& joins(World& world, const std::string& name, std::string_view filter = "$share/g/w", int qos = 1) {
    return world.client(name)
        .sends(connect(name))
        .gets(connack())
        .sends(subscribe(1, filter, qos))
        .gets(suback(1, qos));
}

TEST_P(SharedGroups, AMemberThatAcknowledgesGetsMoreWhereTheLeastLoadedIsChosen) {
    WorldOptions least = options();
    least.shared_choice = shard::SharedChoice::kLeastInflight;
    World world(least);
    Client& quick = joins(world, "quick");
    Client& slow = joins(world, "slow");
    world.client("p").sends(connect("p")).gets(connack());
    int next = 1;
    for (int i = 1; i <= 40; ++i) {
        world.client("p").sends(publish("w", "j", 1, i)).gets(puback(i));
        for (const auto& packet : quick.takes_all()) {
            quick.sends(puback(static_cast<int>(std::get<mqtt::Publish>(packet).packet_id)));
            ++next;
        }
    }
    // The slow one never acknowledged: after its first message the other always has fewer.
    EXPECT_EQ(slow.takes_all().size(), 1U);
    EXPECT_EQ(next, 40);
}

TEST_P(SharedGroups, EqualMembersTakeTurnsWhereTheLeastLoadedIsChosen) {
    WorldOptions least = options();
    least.shared_choice = shard::SharedChoice::kLeastInflight;
    World world(least);
    for (const char* name : {"a", "b", "c"}) joins(world, name);
    world.client("p").sends(connect("p")).gets(connack());
    for (int i = 1; i <= 30; ++i) world.client("p").sends(publish("w", "j", 1, i)).gets(puback(i));
    for (const char* name : {"a", "b", "c"}) EXPECT_EQ(world.client(name).takes_all().size(), 10U) << name;
}

// A slow reader at QoS 0 is passed over, not served and robbed.
TEST_P(SharedGroups, AMemberWithAFullOutboxIsPassedOver) {
    WorldOptions narrow = options();
    narrow.limits.outbox_bytes_max = 500;
    World world(narrow);
    joins(world, "stuck", "$share/g/w", 0).stops_reading();
    joins(world, "free", "$share/g/w", 0);
    world.client("p").sends(connect("p")).gets(connack());
    for (int i = 0; i < 100; ++i) world.client("p").sends(publish("w", std::string(100, 'x')));
    EXPECT_EQ(world.books().discarded_total(), 0);
    EXPECT_GT(world.client("free").takes_all().size(), 90U);
    world.client("stuck").reads_again();
}

TEST_P(SharedGroups, WhatIsGivenBackComesBeforeWhatWaited) {
    WorldOptions narrow = options();
    narrow.limits.inflight_messages_max = 2;
    World world(narrow);
    Client& first = joins(world, "first");
    world.client("p").sends(connect("p")).gets(connack());
    for (int i = 1; i <= 5; ++i)
        world.client("p").sends(publish("w", std::to_string(i), 1, i)).gets(puback(i));
    EXPECT_EQ(first.takes_all().size(), 2U);  // 3, 4 and 5 wait with the group
    world.client("second").sends(connect("second")).gets(connack()).sends(subscribe(1, "$share/g/w", 1));
    EXPECT_EQ(world.client("second").takes_all().size(), 3U);  // 3 and 4, and the SUBACK among them
    first.drops();
    world.client("second").sends(puback(1)).gets(publish("w", "1", 1, 3));
    world.client("second").sends(puback(2)).gets(publish("w", "2", 1, 4));
    world.client("second").sends(puback(3)).gets(publish("w", "5", 1, 5)).gets_nothing();
}

// At QoS 0 it has room again as soon as it is given something, and says so while more is handed out.
TEST_P(SharedGroups, AMemberAtQoS0GetsEachMessageThatWaitedOnce) {
    WorldOptions narrow = options();
    narrow.limits.inflight_messages_max = 2;
    World world(narrow);
    Client& member = world.client("m").sends(connect_again("m")).gets(connack());
    member.sends(subscribe(1, "$share/g/w", 0)).gets(suback(1, 0)).drops();
    world.client("p").sends(connect("p")).gets(connack());
    for (int i = 1; i <= 5; ++i)
        world.client("p").sends(publish("w", std::to_string(i), 1, i)).gets(puback(i));
    member.sends(connect_again("m")).gets(connack(true));
    for (int i = 1; i <= 5; ++i) member.gets(publish("w", std::to_string(i)));
    member.gets_nothing();
}

// What is under way to it when it leaves is given to others, and takes no room when it comes back.
TEST_P(SharedGroups, AMemberThatLeavesAndJoinsAgainGetsAsMuchAsBefore) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        WorldOptions narrow = options(seed);
        narrow.limits.inflight_messages_max = 2;
        World world(narrow);
        Client& member = joins(world, "m");
        world.client("p").sends(connect("p")).gets(connack());
        for (int i = 1; i <= 2; ++i) world.client("p").says(publish("w", "gone", 1, i));
        member.says(unsubscribe(2, "$share/g/w"));
        world.run();
        for (const auto& packet : member.takes_all()) {
            if (const auto* publish = std::get_if<mqtt::Publish>(&packet))
                member.says(puback(static_cast<int>(publish->packet_id)));
        }
        member.sends(subscribe(3, "$share/g/w", 1));
        world.client("p").sends(publish("w", "new", 1, 3));
        const auto packets = member.takes_all();
        ASSERT_EQ(packets.size(), 2U) << "SUBACK and the message";
        EXPECT_EQ(as_text(std::get<mqtt::Publish>(packets.back()).payload), "new");
    }
}

TEST_P(SharedGroups, NothingIsLeftOpenWhenAMembershipIsReadFromDisk) {
    WorldOptions with_disk = options();
    with_disk.disk = Disk::kByItself;
    World world(with_disk);
    Client& member = world.client("m").sends(connect_again("m")).gets(connack());
    member.sends(subscribe(1, "$share/g/w", 1)).gets(suback(1, 1)).drops();
    world.crash(GetParam());
    world.run();
    for (shard::ShardIndex i = 0; i < GetParam(); ++i) EXPECT_EQ(world.shard(i).unfinished(), "");
}

TEST_P(SharedGroups, AFilterThatIsSharedTwiceIsRefused) {
    World world(options());
    for (const char* filter : {"$share/g/$share/h/t", "$share/", "$share/g", "$share/g/", "$share//t",
                               "$share/+/t", "$share/a#/t"}) {
        Client& a = world.client("a").sends(connect("a", kV5)).gets(connack());
        a.sends(subscribe(1, filter, 1)).gets(disconnect(ReasonCode::kTopicFilterInvalid)).is_closed();
    }
}

// Members come, go, sleep and acknowledge in any order; then those who are on acknowledge everything. Every
// message is acknowledged by somebody, none is acknowledged twice, nobody who is on has none while others
// wait, and nothing stays behind.
class SharedProperty {
  public:
    SharedProperty(const WorldOptions& options, std::uint64_t seed) : random_(seed), world_(options) {
        world_.client("p").sends(connect("p")).gets(connack());
    }
    void run() {
        for (int step = 0; step < 300; ++step) take_step();
        for (const std::string& name : kMembers) {
            if (!is_on(name)) comes(name);
        }
        for (int round = 0; round < 500 && world_.books().held > 0; ++round) {
            for (const std::string& name : kMembers) acknowledges(name, 1000);
        }
        EXPECT_EQ(world_.books().held, 0) << "something waits although every member is on and acknowledges";
        for (int i = 1; i <= published_; ++i) {
            const auto done = acknowledged_.find(std::to_string(i));
            ASSERT_TRUE(done != acknowledged_.end()) << "nobody got message " << i;
            EXPECT_EQ(done->second, 1) << "message " << i;
        }
        nobody_idles();
    }

  private:
    static inline const std::vector<std::string> kMembers = {"m1", "m2", "m3", "m4", "m5"};
    struct Message {
        int id;
        std::string payload;
    };

    bool is_on(const std::string& name) { return on_.contains(name); }
    void comes(const std::string& name) {
        world_.client(name).sends(connect_again(name));
        world_.client(name).takes<mqtt::Connack>();
        if (joined_.insert(name).second) world_.client(name).sends(subscribe(1, "$share/g/w", 1));
        on_.insert(name);
    }
    void goes(const std::string& name) {
        world_.client(name).drops();
        world_.client(name).takes_all();
        open_[name].clear();
        on_.erase(name);
    }
    void collect(const std::string& name) {
        for (const auto& packet : world_.client(name).takes_all()) {
            if (const auto* message = std::get_if<mqtt::Publish>(&packet))
                open_[name].push_back(
                    {static_cast<int>(message->packet_id), std::string(as_text(message->payload))});
        }
    }
    void acknowledges(const std::string& name, std::size_t count) {
        collect(name);
        auto& open = open_[name];
        for (; count > 0 && !open.empty(); --count) {
            const Message message = open.front();
            open.erase(open.begin());
            ++acknowledged_[message.payload];
            world_.client(name).sends(puback(message.id));
        }
    }
    void publishes() {
        ++published_;
        const int id = (published_ - 1) % 60'000 + 1;
        world_.client("p").sends(publish("w", std::to_string(published_), 1, id)).gets(puback(id));
    }
    void take_step() {
        const std::string& name = kMembers[random_.below(kMembers.size())];
        switch (random_.below(8)) {
            case 0:
                return is_on(name) ? goes(name) : comes(name);
            case 1:
                if (!is_on(name)) comes(name);
                return;
            case 2:
            case 3:
                if (is_on(name)) acknowledges(name, 1 + random_.below(4));
                return;
            default:
                if (!joined_.empty()) publishes();
        }
    }
    // In a quiet group of round robin or of equal load, everybody who is on gets a share.
    void nobody_idles() {
        std::map<std::string, int> shares;
        for (std::size_t i = 0; i < 4 * kMembers.size(); ++i) publishes();
        for (const std::string& name : kMembers) {
            collect(name);
            EXPECT_GE(open_[name].size(), 1U) << name << " idles";
            acknowledges(name, 1000);
        }
    }

    Random random_;
    World world_;
    std::set<std::string> joined_;
    std::set<std::string> on_;
    std::map<std::string, std::vector<Message>> open_;
    std::map<std::string, int> acknowledged_;
    int published_ = 0;
};

TEST_P(SharedGroups, WhateverMembersDoEveryMessageIsDoneOnceAndNobodyIdles) {
    for_each_seed(40, [&](std::uint64_t seed) {
        for (const auto choice : {shard::SharedChoice::kRoundRobin, shard::SharedChoice::kLeastInflight}) {
            WorldOptions each = options(seed);
            each.shared_choice = choice;
            each.limits.inflight_messages_max = static_cast<std::uint16_t>(1 + seed % 7);
            SharedProperty(each, seed).run();
            if (testing::Test::HasFailure()) return;
        }
    });
}

}  // namespace
}  // namespace dray::test
