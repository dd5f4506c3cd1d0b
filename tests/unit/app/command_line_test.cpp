#include "app/command_line.h"

#include <gtest/gtest.h>

namespace dray::app {
namespace {

using Action = CommandLine::Action;

CommandLine parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "drayd");
    return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), "dray 1.2.3");
}

TEST(CommandLine, WithoutArgumentsRunsWithDefaults) {
    const CommandLine line = parse({});
    EXPECT_EQ(line.action, Action::kRun);
    EXPECT_EQ(line.config_file, "");
    EXPECT_TRUE(line.settings.empty());
}

TEST(CommandLine, SettingsKeepTheirOrder) {
    const CommandLine line =
        parse({"--set", "threads=1", "--threads", "2", "--mqtt", "127.0.0.1:0", "--ws=", "--data-dir", "d",
               "--set", "log.level=debug", "--config", "f.toml"});
    ASSERT_EQ(line.action, Action::kRun);
    EXPECT_EQ(line.config_file, "f.toml");
    std::vector<std::string> got;
    for (const auto& setting : line.settings) got.push_back(setting.key + '|' + setting.text);
    EXPECT_EQ(got, (std::vector<std::string>{"|threads=1", "threads|2", "listeners.mqtt|127.0.0.1:0",
                                             "listeners.ws|", "data_dir|d", "|log.level=debug"}));
}

TEST(CommandLine, ActionsAreRecognised) {
    EXPECT_EQ(parse({"--check-config"}).action, Action::kCheckConfig);
    EXPECT_EQ(parse({"--print-config"}).action, Action::kPrintConfig);
}

TEST(CommandLine, HelpAndVersionExitWithZeroAndMistakesWithOne) {
    testing::internal::CaptureStdout();
    EXPECT_EQ(parse({"--version"}).exit_code, 0);
    EXPECT_EQ(parse({"--help"}).exit_code, 0);
    const std::string out = testing::internal::GetCapturedStdout();
    EXPECT_NE(out.find("dray 1.2.3"), std::string::npos);
    EXPECT_NE(out.find("--print-config"), std::string::npos);
    testing::internal::CaptureStderr();
    const CommandLine wrong = parse({"--thread", "2"});
    EXPECT_EQ(wrong.action, Action::kExit);
    EXPECT_EQ(wrong.exit_code, 1);
    EXPECT_NE(testing::internal::GetCapturedStderr().find("--thread"), std::string::npos);
}

}  // namespace
}  // namespace dray::app
