#include "reactor/log.h"

#include <gtest/gtest.h>

namespace dray::reactor {
namespace {

// What `write` sends to stderr.
template <typename Write>
std::string written_by(Write write) {
    testing::internal::CaptureStderr();
    write();
    return testing::internal::GetCapturedStderr();
}

TEST(Log, ALineSaysWhatHappenedToWhomAndWhy) {
    configure_log(LogLevel::kInfo, LogFormat::kHuman);
    const std::string line = written_by([] {
        log_warning("connection closed", {{"peer", "127.0.0.1:5"}, {"why", "too slow"}, {"bytes", 7}});
    });
    EXPECT_TRUE(line.ends_with("warning  connection closed  peer=127.0.0.1:5 why=\"too slow\" bytes=7\n"))
        << line;
}

TEST(Log, JsonIsOneObjectALine) {
    configure_log(LogLevel::kInfo, LogFormat::kJson);
    const std::string line = written_by([] { log_info("listening", {{"address", "a \"b\"\\"}}); });
    EXPECT_TRUE(line.starts_with("{\"time\":\"20")) << line;
    EXPECT_TRUE(
        line.ends_with("Z\",\"level\":\"info\",\"event\":\"listening\",\"address\":\"a \\\"b\\\"\\\\\"}\n"))
        << line;
}

TEST(Log, WhatAPeerSaysCannotForgeALine) {
    for (const LogFormat format : {LogFormat::kHuman, LogFormat::kJson}) {
        configure_log(LogLevel::kInfo, format);
        const std::string line = written_by([] { log_info("x", {{"client", "a\nb\r\x1B[31m\x7F%n{}"}}); });
        EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
        EXPECT_EQ(line.find('\x1B'), std::string::npos);
    }
}

TEST(Log, WhatIsBelowTheLevelIsNotWritten) {
    configure_log(LogLevel::kWarning, LogFormat::kHuman);
    EXPECT_EQ(written_by([] { log_info("quiet"); }), "");
    EXPECT_NE(written_by([] { log_warning("loud"); }), "");
    configure_log(LogLevel::kInfo, LogFormat::kHuman);
}

TEST(LogBudget, LeavesOutWhatIsTooMuchAndCountsIt) {
    LogBudget budget(2, 1);
    EXPECT_TRUE(budget.take({1000}));
    EXPECT_TRUE(budget.take({1500}));
    EXPECT_FALSE(budget.take({1900}));
    EXPECT_FALSE(budget.take({1999}));
    EXPECT_TRUE(budget.take({2000}));
    EXPECT_EQ(budget.take_suppressed(), 2u);
    EXPECT_EQ(budget.take_suppressed(), 0u);
}

}  // namespace
}  // namespace dray::reactor
