#include "ctl/units.h"

#include <gtest/gtest.h>

namespace dray::ctl {
namespace {

TEST(Units, DurationsAreWholeNumbersWithAUnit) {
    EXPECT_EQ(parse_duration_ms("250ms"), 250U);
    EXPECT_EQ(parse_duration_ms("90s"), 90'000U);
    EXPECT_EQ(parse_duration_ms("5m"), 300'000U);
    EXPECT_EQ(parse_duration_ms("2h"), 7'200'000U);
    EXPECT_EQ(parse_duration_ms("7d"), 604'800'000U);
    EXPECT_EQ(parse_duration_ms("0"), 0U);
    for (const char* wrong :
         {"", "s", "5", "-5s", "5 s", "5S", "1.5h", "99999999999999999999s", "300000000000000d"}) {
        EXPECT_FALSE(parse_duration_ms(wrong)) << wrong;
    }
}

TEST(Units, SizesAreWholeNumbersOfBytesOrOfAUnit) {
    EXPECT_EQ(parse_bytes("512"), 512U);
    EXPECT_EQ(parse_bytes("64KiB"), 65'536U);
    EXPECT_EQ(parse_bytes("10MB"), 10'000'000U);
    EXPECT_EQ(parse_bytes("1GiB"), 1U << 30);
    for (const char* wrong : {"", "KiB", "1kib", "1.5MB", "20000000TiB"})
        EXPECT_FALSE(parse_bytes(wrong)) << wrong;
}

TEST(Units, AreShownAsPeopleReadThem) {
    EXPECT_EQ(show_duration(0), "0 ms");
    EXPECT_EQ(show_duration(999), "999 ms");
    EXPECT_EQ(show_duration(12'590), "12.5 s") << "never longer than it was";
    EXPECT_EQ(show_duration(60'000), "1 m");
    EXPECT_EQ(show_duration(192'000), "3 m 12 s");
    EXPECT_EQ(show_duration(7'500'000), "2 h 5 m");
    EXPECT_EQ(show_duration(270'000'000), "3 d 3 h");
    EXPECT_EQ(show_bytes(1023), "1023 B");
    EXPECT_EQ(show_bytes(1536), "1.5 KiB");
    EXPECT_EQ(show_bytes((1ULL << 20) - 1), "1.0 MiB");
    EXPECT_EQ(show_bytes(~0ULL), "16.0 EiB");
    EXPECT_EQ(show_count(0), "0");
    EXPECT_EQ(show_count(999), "999");
    EXPECT_EQ(show_count(1'234'567), "1 234 567");
}

}  // namespace
}  // namespace dray::ctl
