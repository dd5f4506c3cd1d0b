#include "session/inflight.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "base/random.h"

namespace dray::session {
namespace {

Held message(int qos) {
    mqtt::Publish publish;
    publish.qos = static_cast<mqtt::QoS>(qos);
    Held held;
    held.message = Message::make(publish, "t", {});
    held.qos = publish.qos;
    return held;
}

std::uint64_t seed_from_environment() {
    const char* text = std::getenv("DRAY_SEED");
    return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

TEST(Inflight, IdsRunFrom1AndAreFoundUntilCompleted) {
    Inflight inflight;
    EXPECT_EQ(inflight.add(message(1)), mqtt::PacketId{1});
    EXPECT_EQ(inflight.add(message(2)), mqtt::PacketId{2});
    EXPECT_EQ(inflight.find(mqtt::PacketId{1})->phase, Inflight::Phase::kAwaitsPuback);
    EXPECT_EQ(inflight.find(mqtt::PacketId{2})->phase, Inflight::Phase::kAwaitsPubrec);
    inflight.complete(*inflight.find(mqtt::PacketId{1}));
    EXPECT_EQ(inflight.find(mqtt::PacketId{1}), nullptr);
    EXPECT_EQ(inflight.find(mqtt::PacketId{3}), nullptr);
    EXPECT_EQ(inflight.find(mqtt::PacketId{0}), nullptr);
    EXPECT_EQ(inflight.size(), 1);
}

TEST(Inflight, IdsNeverRepeatWhileInUseAndWrapPastZero) {
    Random random(seed_from_environment());
    RecordProperty("seed", std::to_string(seed_from_environment()));
    Inflight inflight;
    std::map<mqtt::PacketId, bool> in_use;
    for (int step = 0; step < 300'000; ++step) {
        if (in_use.size() < 50 && random.below(2) == 0) {
            const mqtt::PacketId id = inflight.add(message(1));
            ASSERT_NE(id, mqtt::PacketId{0});
            ASSERT_TRUE(in_use.emplace(id, true).second)
                << "id given out twice, seed " << seed_from_environment();
        } else if (!in_use.empty()) {
            auto victim = in_use.begin();
            std::advance(victim, static_cast<long>(random.below(in_use.size())));
            Inflight::Entry* entry = inflight.find(victim->first);
            ASSERT_NE(entry, nullptr);
            inflight.complete(*entry);
            in_use.erase(victim);
        }
        ASSERT_EQ(inflight.size(), in_use.size());
    }
}

TEST(Inflight, AStuckOldestMessageUsesTheIdsUpInsteadOfRepeatingOne) {
    Inflight inflight;
    inflight.add(message(1));
    int given = 1;
    while (!inflight.is_out_of_ids()) {
        const mqtt::PacketId id = inflight.add(message(1));
        ++given;
        inflight.complete(*inflight.find(id));
    }
    EXPECT_GE(given, 65'000);
    EXPECT_EQ(inflight.size(), 1);
    inflight.complete(*inflight.find(mqtt::PacketId{1}));
    EXPECT_FALSE(inflight.is_out_of_ids());
    EXPECT_NE(inflight.add(message(1)), mqtt::PacketId{0});
}

TEST(Inflight, AfterARewindWhatIsLeftIsSentAgainInOrderWithItsOldIds) {
    Inflight inflight;
    for (int i = 0; i < 4; ++i) inflight.add(message(1));
    inflight.complete(*inflight.find(mqtt::PacketId{2}));
    inflight.rewind();
    EXPECT_EQ(inflight.sent(), 0);
    EXPECT_EQ(inflight.find(mqtt::PacketId{1}), nullptr) << "not sent on this connection yet";
    for (const int id : {1, 3, 4}) {
        ASSERT_TRUE(inflight.has_unsent());
        EXPECT_EQ(inflight.next_unsent().packet_id, mqtt::PacketId(static_cast<std::uint16_t>(id)));
    }
    EXPECT_FALSE(inflight.has_unsent());
    EXPECT_EQ(inflight.add(message(1)), mqtt::PacketId{5});
}

}  // namespace
}  // namespace dray::session
