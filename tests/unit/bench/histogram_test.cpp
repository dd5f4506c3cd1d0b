#include "bench/histogram.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace dray::bench {
namespace {

TEST(Histogram, IsEmptyAtFirst) {
    const Histogram histogram;
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.percentile(99), 0U);
}

TEST(Histogram, SmallValuesAreExact) {
    Histogram histogram;
    for (std::uint64_t value = 1; value <= 200; ++value) histogram.record(value);
    EXPECT_EQ(histogram.percentile(50), 100U);
    EXPECT_EQ(histogram.percentile(99), 198U);
    EXPECT_EQ(histogram.percentile(100), 200U);
    EXPECT_EQ(histogram.max(), 200U);
}

TEST(Histogram, APercentileIsNeverBelowAndAtMostOnePercentAboveTheTruth) {
    std::mt19937_64 random(7);
    Histogram histogram;
    std::vector<std::uint64_t> values;
    for (int i = 0; i < 20'000; ++i) {
        values.push_back(random() >> (20 + random() % 40));  // of every size
        histogram.record(values.back());
    }
    std::sort(values.begin(), values.end());
    for (const double percent : {1.0, 10.0, 50.0, 90.0, 99.0, 99.9, 100.0}) {
        const auto rank =
            static_cast<std::size_t>(std::ceil(static_cast<double>(values.size()) * percent / 100));
        const std::uint64_t truth = values[rank - 1];
        EXPECT_GE(histogram.percentile(percent), truth) << percent;
        EXPECT_LE(histogram.percentile(percent), truth + truth / 100) << percent;
    }
}

TEST(Histogram, WhatIsTooLargeCountsAsTheLargest) {
    Histogram histogram;
    histogram.record(~std::uint64_t{0});
    EXPECT_EQ(histogram.count(), 1U);
    EXPECT_EQ(histogram.max(), ~std::uint64_t{0});
}

}  // namespace
}  // namespace dray::bench
