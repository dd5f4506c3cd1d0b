#include "base/iso_time.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace dray {
namespace {

TEST(IsoTime, IsWrittenInUtcWithMilliseconds) {
    EXPECT_EQ(to_iso_time(Instant{0}), "1970-01-01T00:00:00.000Z");
    EXPECT_EQ(to_iso_time(Instant{1'709'210'096'789}), "2024-02-29T12:34:56.789Z");
    EXPECT_EQ(to_iso_time(Instant{-1}), "1969-12-31T23:59:59.999Z");
}

TEST(IsoTime, IsReadInEveryUsualForm) {
    EXPECT_EQ(parse_iso_time("2024-02-29T12:34:56.789Z"), Instant{1'709'210'096'789});
    EXPECT_EQ(parse_iso_time("2024-02-29T12:34:56Z"), Instant{1'709'210'096'000});
    EXPECT_EQ(parse_iso_time("2024-02-29T12:34:56.7Z"), Instant{1'709'210'096'700});
    EXPECT_EQ(parse_iso_time("2024-02-29T12:34:56.7891234Z"), Instant{1'709'210'096'789});
    EXPECT_EQ(parse_iso_time("2024-02-29T13:34:56+01:00"), Instant{1'709'210'096'000});
    EXPECT_EQ(parse_iso_time("2024-02-29T03:04:56-09:30"), Instant{1'709'210'096'000});
}

TEST(IsoTime, WhatIsNoTimeIsNotRead) {
    for (const char* text :
         {"", "2024", "2024-02-29", "2023-02-29T12:34:56Z", "2024-02-29T24:00:00Z", "2024-02-29T12:60:00Z",
          "2024-02-29T12:34:60Z", "2024-02-29T12:34:56", "2024-02-29T12:34:56.Z", "2024-02-29T12:34:56ZZ",
          "2024-02-29 12:34:56Z", "2024-2-29T12:34:56Z", "2024-02-29T12:34:56+1:00", "x024-02-29T12:34:56Z"})
        EXPECT_FALSE(parse_iso_time(text)) << text;
}

TEST(IsoTime, WhatIsWrittenReadsBack) {
    Random random(1);
    for (int i = 0; i < 1000; ++i) {
        const Instant at{static_cast<std::int64_t>(random.below(253'402'300'800'000ULL))};  // up to year 9999
        EXPECT_EQ(parse_iso_time(to_iso_time(at)), at);
    }
}

}  // namespace
}  // namespace dray
