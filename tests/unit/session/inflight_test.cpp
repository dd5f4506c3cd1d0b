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
    while (inflight.has_id_for(message(1))) {
        const mqtt::PacketId id = inflight.add(message(1));
        ++given;
        inflight.complete(*inflight.find(id));
    }
    EXPECT_GE(given, 65'000);
    EXPECT_EQ(inflight.size(), 1);
    inflight.complete(*inflight.find(mqtt::PacketId{1}));
    EXPECT_TRUE(inflight.has_id_for(message(1)));
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

TEST(Inflight, AnIdFollowsFromAPositionThoughOthersWereNeverSent) {
    Inflight inflight;
    Held held = message(1);
    held.position = 65'535;
    EXPECT_EQ(inflight.add(held), mqtt::PacketId{65'535});
    held.position = 65'538;  // the two before it expired
    EXPECT_EQ(inflight.add(held), mqtt::PacketId{3});
    EXPECT_EQ(inflight.find(mqtt::PacketId{1}), nullptr);
    EXPECT_EQ(inflight.find(mqtt::PacketId{3})->held.position, 65'538);
    inflight.complete(*inflight.find(mqtt::PacketId{65'535}));
    inflight.complete(*inflight.find(mqtt::PacketId{3}));
    EXPECT_EQ(inflight.next_position(), 65'539);
}

TEST(Inflight, ARestoredWindowIsSentAgainUnderTheSameIds) {
    Inflight inflight;
    for (const std::uint64_t position : {70'000U, 70'003U}) {
        Held held = message(2);
        held.position = position;
        inflight.restore(
            held, position == 70'000 ? Inflight::Phase::kAwaitsPubcomp : Inflight::Phase::kAwaitsPubrec);
    }
    EXPECT_EQ(inflight.size(), 2);
    EXPECT_EQ(inflight.next_unsent().packet_id, mqtt::PacketId{70'000 - 65'535});
    EXPECT_EQ(inflight.next_unsent().packet_id, mqtt::PacketId{70'003 - 65'535});
    EXPECT_FALSE(inflight.has_unsent());
}

}  // namespace
}  // namespace dray::session
