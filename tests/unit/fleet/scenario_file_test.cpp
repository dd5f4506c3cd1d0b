// Scenario files: what they say is understood, and what is wrong with them is said with file, line and key.
#include "program/scenario_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace dray {
namespace {

using namespace program;

class ScenarioFileTest : public testing::Test {
  protected:
    ScenarioFileTest() {
        path_ =
            std::filesystem::temp_directory_path() / ("dray-scenario-" + std::to_string(getpid()) + ".toml");
    }
    ~ScenarioFileTest() override { std::filesystem::remove(path_); }

    ScenarioFile read(const std::string& text) {
        std::ofstream(path_) << text;
        return read_scenario(path_);
    }
    // What is said about the text, without the file's name.
    std::string error_of(const std::string& text) {
        try {
            read(text);
        } catch (const std::runtime_error& error) {
            const std::string what = error.what();
            EXPECT_EQ(what.substr(0, path_.string().size() + 1), path_.string() + ":");
            return what.substr(path_.string().size() + 1);
        }
        return "no error";
    }

    std::filesystem::path path_;
};

TEST_F(ScenarioFileTest, EveryKeyIsUnderstood) {
    const ScenarioFile file = read(R"(
name = "all"
seed = 9
time_of_day = 23:00:00
speed = 2.5
duration_s = 60
ramp_per_s = 50
map = "city.osm.pbf"
orders_per_hour = 12
[[group]]
name = "g"
vehicles = 3
zips = ["1", "2"]
capacity = 4
willingness = 0.5
reaction_ms_median = 10
reaction_spread = 0.1
pace_min = 0.6
pace_max = 0.8
range_km = 100
refuel_minutes = 3
breakdowns_per_10000_km = 7
repair_minutes = 8
gps_noise_m = 2
shift = { from = 22:00:00, until = 06:00:00 }
[[group]]
vehicles = 4
[[dead_zone]]
latitude = 1
longitude = 2
radius_m = 3
[[fault]]
kind = "outage"
at = 23:30:00
for_minutes = 2
zips = ["1"]
circle = [{ latitude = 4, longitude = 5, radius_m = 6 }]
[[fault]]
kind = "congestion"
at = 00:30:00
for_minutes = 1
share = 0.5
[[command]]
at = 23:00:10
run = "date"
)");
    const fleet::Scenario& scenario = file.scenario;
    EXPECT_EQ(scenario.name, "all");
    EXPECT_EQ(scenario.seed, 9U);
    EXPECT_EQ(scenario.time_of_day_s, 23 * 3600);
    EXPECT_EQ(scenario.orders_per_hour, 12);
    EXPECT_EQ(file.speed, 2.5);
    EXPECT_EQ(file.duration_s, 60);
    EXPECT_EQ(file.ramp_per_s, 50U);
    EXPECT_EQ(file.map, path_.parent_path() / "city.osm.pbf");
    EXPECT_EQ(scenario.vehicles(), 7U);
    const fleet::Profile& profile = scenario.groups[0].profile;
    EXPECT_EQ(scenario.groups[0].zips, (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(profile.capacity, 4U);
    EXPECT_EQ(profile.willingness, 0.5);
    EXPECT_EQ(profile.reaction_ms_median, 10);
    EXPECT_EQ(profile.reaction_spread, 0.1);
    EXPECT_EQ(profile.pace_min, 0.6);
    EXPECT_EQ(profile.pace_max, 0.8);
    EXPECT_EQ(profile.range_km, 100);
    EXPECT_EQ(profile.refuel_minutes, 3);
    EXPECT_EQ(profile.breakdowns_per_10000_km, 7);
    EXPECT_EQ(profile.repair_minutes, 8);
    EXPECT_EQ(profile.gps_noise_m, 2);
    ASSERT_TRUE(profile.shift);
    EXPECT_EQ(profile.shift->from_s, 22 * 3600);
    EXPECT_EQ(profile.shift->seconds(), 8 * 3600);
    ASSERT_EQ(scenario.dead_zones.size(), 1U);
    EXPECT_EQ(scenario.dead_zones[0].centre.longitude, 2);
    ASSERT_EQ(scenario.faults.size(), 2U);
    EXPECT_EQ(scenario.faults[0].at_s, 1800);
    EXPECT_EQ(scenario.faults[0].for_s, 120);
    EXPECT_EQ(scenario.faults[0].area.circles[0].radius_m, 6);
    EXPECT_EQ(scenario.faults[1].kind, fleet::FaultKind::kCongestion);
    EXPECT_EQ(scenario.faults[1].at_s, 5400) << "the next day";
    EXPECT_EQ(scenario.faults[1].share, 0.5);
    ASSERT_EQ(file.commands.size(), 1U);
    EXPECT_EQ(file.commands[0].at_s, 10);
    EXPECT_EQ(file.commands[0].line, "date");
}

TEST_F(ScenarioFileTest, WhatIsWrongIsSaidWithLineAndKey) {
    const std::string group = "[[group]]\nvehicles = 1\n";
    EXPECT_EQ(error_of(group + "capacty = 2\n").substr(0, 41), "3:1: 'capacty' of group 1 is not known he");
    EXPECT_EQ(error_of(group + "capacity = 99\n"),
              "3:12: 'capacity' of group 1 must be a whole number from 1 to 16");
    EXPECT_EQ(error_of(group + "capacity = 1.5\n"),
              "3:12: 'capacity' of group 1 must be a whole number from 1 to 16");
    EXPECT_EQ(error_of("seed = 1\n[[group]]\nname = \"x\"\n"), "2:1: 'vehicles' of group 1 is missing");
    EXPECT_EQ(error_of("seed = 1\n"), "1:1: 'group' is missing");
    EXPECT_EQ(error_of("seed = -1\n" + group), "1:8: 'seed' must be a whole number that is not negative");
    EXPECT_EQ(error_of("[group]\nvehicles = 1\n"), "1:1: 'group' must be a list of tables: write [[group]]");
    EXPECT_EQ(error_of("time_of_day = \"18:00\"\n" + group),
              "1:15: 'time_of_day' must be a time of day without quotes, for example 18:30:00");
    EXPECT_EQ(error_of(group + "[[fault]]\nkind = \"flood\"\nat = 10:00:00\n"),
              "4:8: 'kind' of fault 1 must be \"outage\", \"disconnect\", \"breakdown\" or \"congestion\"");
    EXPECT_EQ(error_of(group + "[[fault]]\nkind = \"outage\"\nat = 10:00:00\n"),
              "3:1: 'for_minutes' of fault 1 is missing");
    EXPECT_EQ(error_of(group + "[[command]]\nat = 10:00:00\n"), "3:1: 'run' of command 1 is missing");
    EXPECT_EQ(error_of(group + "zips = [60614]\n"),
              "3:8: 'zips' of group 1 must be a list of texts in quotes");
    EXPECT_EQ(error_of(group + "shift = { from = 10:00:00 }\n"),
              "3:9: 'until' of 'shift' of group 1 is missing");
    EXPECT_NE(error_of("seed = = 1\n").find("1:"), std::string::npos);
    EXPECT_NE(error_of("seed = = 1\n"), "no error");
}

TEST_F(ScenarioFileTest, AFileThatIsNotThereIsNamed) {
    try {
        read_scenario("/nonexistent/scenario.toml");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_STREQ(error.what(), "/nonexistent/scenario.toml: cannot be read: No such file or directory");
    }
}

TEST_F(ScenarioFileTest, TheWorkedExamplesAreRight) {
    int examples = 0;
    for (const auto& entry : std::filesystem::directory_iterator(DRAY_SCENARIOS)) {
        EXPECT_GT(read_scenario(entry.path()).scenario.vehicles(), 0U) << entry.path();
        ++examples;
    }
    EXPECT_GE(examples, 4);
}

}  // namespace
}  // namespace dray
