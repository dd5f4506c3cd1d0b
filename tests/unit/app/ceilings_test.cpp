#include "app/ceilings.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

namespace dray::app {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

TEST(Ceilings, TheFullestCounts) {
    const Ceilings ceilings{
        .memory_bytes_max = 100 * kMiB, .disk_bytes_max = 1000 * kMiB, .disk_free_bytes_min = 0};
    EXPECT_EQ(used_percent(ceilings, {.memory_bytes = 40 * kMiB, .disk_bytes = 100 * kMiB}), 40);
    EXPECT_EQ(used_percent(ceilings, {.memory_bytes = 40 * kMiB, .disk_bytes = 950 * kMiB}), 95);
    EXPECT_EQ(used_percent(ceilings, {.memory_bytes = 300 * kMiB}), 100);
    EXPECT_EQ(used_percent({.disk_free_bytes_min = 0}, {.memory_bytes = 300 * kMiB}), 0) << "no ceilings";
}

TEST(Ceilings, SpaceThatIsLeftCountsFromTwiceTheLeastOn) {
    const Ceilings ceilings{.disk_free_bytes_min = 64 * kMiB};
    EXPECT_EQ(used_percent(ceilings, {.disk_free_bytes = 128 * kMiB}), 0);
    EXPECT_EQ(used_percent(ceilings, {.disk_free_bytes = 127 * kMiB}), 91);
    EXPECT_EQ(used_percent(ceilings, {.disk_free_bytes = 96 * kMiB}), 95);
    EXPECT_EQ(used_percent(ceilings, {.disk_free_bytes = 64 * kMiB}), 100);
    EXPECT_EQ(used_percent(ceilings, {.disk_free_bytes = 1 * kMiB}), 100);
}

TEST(Ceilings, OnlyWhatHasACeilingIsMeasured) {
    const std::string folder = ::testing::TempDir() + "/ceilings";
    std::filesystem::create_directories(folder + "/below");
    std::ofstream(folder + "/below/file") << std::string(5000, 'x');
    const Ceilings both{.memory_bytes_max = kMiB, .disk_bytes_max = kMiB};
    const Usage usage = measure_usage(both, folder);
    EXPECT_EQ(usage.disk_bytes, 5000);
    EXPECT_GT(usage.disk_free_bytes, 0);
    const Usage none = measure_usage({}, folder);
    EXPECT_EQ(none.memory_bytes, 0);
    EXPECT_EQ(none.disk_bytes, 0);
    std::filesystem::remove_all(folder);
    EXPECT_EQ(measure_usage(both, folder).disk_bytes, 0) << "a folder that is gone holds nothing";
}

TEST(Ceilings, TheWatchTells) {
    std::promise<unsigned> told;
    bool is_first = true;
    const CeilingWatch watch({.disk_free_bytes_min = UINT64_MAX / 4}, ::testing::TempDir(),
                             [&](unsigned percent) {
                                 if (is_first) told.set_value(percent);
                                 is_first = false;
                             });
    EXPECT_EQ(told.get_future().get(), 100) << "no disk has that much";
}

}  // namespace
}  // namespace dray::app
