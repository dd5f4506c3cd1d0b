#include <gtest/gtest.h>

#include <set>

#include "desk.h"
#include "services/common/event.h"
#include "services/common/hex.h"
#include "services/common/http_server.h"

namespace dray::service {
namespace {

TEST(Event, TenThousandUuidsAreDifferentAndOfVersionFour) {
    std::set<std::string> ids;
    for (int i = 0; i < 10'000; ++i) ids.insert(new_uuid());
    EXPECT_EQ(ids.size(), 10'000U);
    const auto& id = *ids.begin();
    EXPECT_EQ(id.size(), 36U);
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string("89ab").find(id[19]), std::string::npos);
}

TEST(Event, AnAnswerContinuesTheTraceOfItsCause) {
    const auto start = next_traceparent("", new_uuid());
    const auto next = next_traceparent(start, "01234567-89ab-4def-8123-456789abcdef");
    EXPECT_EQ(start.substr(0, 35), next.substr(0, 35));
    EXPECT_NE(start.substr(36, 16), next.substr(36, 16));
    EXPECT_EQ(next.substr(35), "-0123456789ab4def-01");
}

TEST(Event, AMalformedTraceStartsANewOne) {
    const std::string zeros = "00-" + std::string(32, '0') + "-0123456789abcdef-01";
    for (const std::string& malformed : {std::string("00-nonsense"), zeros}) {
        const auto next = next_traceparent(malformed, "no-uuid");
        EXPECT_TRUE(is_traceparent(next)) << next;
        EXPECT_NE(trace_of(next), std::string(32, '0'));
    }
}

TEST(Event, ACompletedHeaderNamesItsCauseAndOrder) {
    EventHeader cause;
    cause.set_order_id("o1");
    complete_header(cause, {}, "dray-store");
    EventHeader answer;
    complete_header(answer, cause, "dray-inventory");
    EXPECT_EQ(answer.order_id(), "o1");
    EXPECT_EQ(answer.cause_id(), cause.event_id());
    EXPECT_EQ(answer.source(), "dray-inventory");
    EXPECT_NE(answer.event_id(), cause.event_id());
}

TEST(TopicFilter, MatchesAsTheSpecificationSays) {
    EXPECT_TRUE(topic_matches("order/+/o1", "order/paid/o1"));
    EXPECT_TRUE(topic_matches("order/#", "order"));
    EXPECT_TRUE(topic_matches("order/#", "order/ship/60614/o1"));
    EXPECT_TRUE(topic_matches("#", "a/b"));
    EXPECT_TRUE(topic_matches("+/+", "/finance"));
    EXPECT_TRUE(topic_matches("a/+", "a/"));
    EXPECT_FALSE(topic_matches("+", "/finance"));
    EXPECT_FALSE(topic_matches("order/+", "order"));
    EXPECT_FALSE(topic_matches("order/+", "order/a/b"));
    EXPECT_FALSE(topic_matches("order/ship/+", "order/bid/x"));
    EXPECT_FALSE(topic_matches("#", "$SYS/broker"));
    EXPECT_TRUE(topic_matches("$SYS/#", "$SYS/broker"));
}

TEST(Hex, RoundTripsEveryByte) {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
}

TEST(ZipMap, RingsGrowOutwardAndTouchEachZipOnce) {
    const auto town = dray::testing::little_town();
    EXPECT_EQ(town.ring("10001", 0), std::vector<std::string>{"10001"});
    EXPECT_EQ(town.ring("10001", 1), std::vector<std::string>{"10002"});
    EXPECT_EQ(town.ring("10002", 2), std::vector<std::string>{"10004"});
    EXPECT_TRUE(town.ring("10001", 9).empty());
}

TEST(ZipMap, TheSameOrderHasTheSameDoor) {
    const auto town = dray::testing::little_town();
    const auto& zip = *town.find("10003");
    EXPECT_EQ(ZipMap::door(zip, "o1").SerializeAsString(), ZipMap::door(zip, "o1").SerializeAsString());
    EXPECT_EQ(ZipMap::door(zip, "o1").latitude(), 41.82);
}

TEST(ZipMap, AMissingFileIsNamed) {
    try {
        ZipMap::load("/nowhere");
        FAIL() << "loaded";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/nowhere/zips.json"), std::string::npos) << error.what();
    }
}

TEST(HttpPath, IsDecodedOnceAndNeverHidesANul) {
    EXPECT_EQ(decode_path("/a%20b"), "/a b");
    EXPECT_EQ(decode_path("/%2e%2e/x"), "/../x");
    EXPECT_EQ(decode_path("/a%00b"), "");
    EXPECT_EQ(decode_path("/a%zz"), "");
    EXPECT_EQ(decode_path("/a%2"), "");
}

}  // namespace
}  // namespace dray::service
