// dray-fleet with scenario files: what goes wrong on the time line, seen by others.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include "child_process.h"
#include "dray/v1/vehicle.pb.h"
#include "fleet_words.h"
#include "terminal.h"

namespace dray::test {
namespace {

using namespace std::chrono_literals;

// A file that goes with the test.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& ending, const std::string& content = "")
        : path_(std::filesystem::temp_directory_path() /
                ("dray-fleet-" + std::to_string(getpid()) + "-" + std::to_string(++count_) + ending)) {
        if (!content.empty()) std::ofstream(path_) << content;
    }
    ~TemporaryFile() { std::filesystem::remove(path_); }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    std::string path() const { return path_.string(); }
    std::string content() const {
        std::ostringstream text;
        text << std::ifstream(path_).rdbuf();
        return text.str();
    }

  private:
    static inline int count_ = 0;
    std::filesystem::path path_;
};

using Tracks = std::map<std::string, std::vector<v1::Location>>;

Tracks tracks_of(const Observer& observer) {
    Tracks tracks;
    for (const Heard& heard : observer.heard("vehicle/"))
        if (level(heard.topic, 2) == "location")
            tracks[level(heard.topic, 1)].push_back(parsed<v1::Location>(heard));
    return tracks;
}

bool all_reach(const Tracks& tracks, std::size_t vehicles, std::uint64_t sequence) {
    return tracks.size() == vehicles && std::all_of(tracks.begin(), tracks.end(), [&](const auto& track) {
               return track.second.back().sequence() >= sequence;
           });
}

// Every position came, once, in the order in which they were taken, with the time they were taken at.
void expect_no_gaps(const Tracks& tracks) {
    for (const auto& [vehicle, track] : tracks)
        for (std::size_t i = 0; i < track.size(); ++i) {
            ASSERT_EQ(track[i].sequence(), i + 1) << vehicle;
            if (i == 0) continue;
            const auto since_last = track[i].time_ms() - track[i - 1].time_ms();
            EXPECT_GT(since_last, 0) << vehicle;
        }
}

bool is_offline(const Heard& heard) {
    return level(heard.topic, 2) == "status" &&
           parsed<v1::VehicleStatus>(heard).state() == v1::VEHICLE_STATE_OFFLINE;
}

TEST(Scenario, InAnOutageNothingGetsThroughAndPositionsComeLater) {
    Mosquitto broker;
    Observer observer(broker.port(), "vehicle/#");
    const TemporaryFile scenario(".toml", R"(
time_of_day = 12:00:00
[[group]]
vehicles = 5
[[fault]]
kind = "outage"
at = 12:00:08
for_minutes = 0.1
)");
    ChildProcess fleet(fleet_command(broker.port(), {"--scenario", scenario.path()}));
    ASSERT_TRUE(eventually([&] { return all_reach(tracks_of(observer), 5, 19); })) << fleet.output();
    expect_no_gaps(tracks_of(observer));
    fleet.signal(SIGTERM);
    EXPECT_EQ(fleet.wait(), 0);
    const std::string report = fleet.output();
    EXPECT_NE(report.find("connections      5 made, 0 lost"), std::string::npos) << report;
    EXPECT_NE(report.find(" 30 kept until there was radio, 0 of those lost"), std::string::npos) << report;
}

TEST(Scenario, WhenAllConnectionsAreCutTheVehiclesComeBackAndTellWhereTheyWere) {
    Mosquitto broker;
    Observer observer(broker.port(), "vehicle/#");
    const TemporaryFile scenario(".toml", R"(
time_of_day = 12:00:00
[[group]]
vehicles = 5
[[fault]]
kind = "disconnect"
at = 12:00:08
for_minutes = 0.05
)");
    ChildProcess fleet(fleet_command(broker.port(), {"--scenario", scenario.path()}));
    ASSERT_TRUE(eventually([&] { return all_reach(tracks_of(observer), 5, 17); })) << fleet.output();
    expect_no_gaps(tracks_of(observer));
    EXPECT_TRUE(eventually([&] {
        const auto heard = observer.heard("vehicle/");
        return std::count_if(heard.begin(), heard.end(), is_offline) == 5;
    })) << "the wills";
    fleet.signal(SIGTERM);
    EXPECT_EQ(fleet.wait(), 0);
    EXPECT_NE(fleet.output().find("connections      10 made, 5 lost"), std::string::npos) << fleet.output();
}

TEST(Scenario, AVehicleThatGoesOffDutySaysSoAndDisconnects) {
    Mosquitto broker;
    Observer observer(broker.port(), "vehicle/+/status");
    const TemporaryFile scenario(".toml", R"(
time_of_day = 15:40:00
speed = 300
[[group]]
vehicles = 3
shift = { from = 08:00:00, until = 16:00:00 }
[[group]]
vehicles = 2
shift = { from = 16:00:00, until = 23:00:00 }
)");
    ChildProcess fleet(fleet_command(broker.port(), {"--scenario", scenario.path(), "--json"}));
    ASSERT_TRUE(eventually([&] {
        const std::string output = fleet.output();
        const auto last = output.rfind(R"("vehicles":5,"connected":2)");
        return last != std::string::npos && output.find(R"("off_duty":3)", last) != std::string::npos;
    })) << fleet.output();
    EXPECT_TRUE(eventually([&] {
        const auto heard = observer.heard("vehicle/");
        return std::count_if(heard.begin(), heard.end(), is_offline) == 3;
    }));
    EXPECT_EQ(fleet.output().find(R"("losses":1)"), std::string::npos) << "they left, and were not lost";
}

TEST(Scenario, ItsCommandsRunAtTheirTimeIfTheUserLetsThem) {
    Mosquitto broker;
    const TemporaryFile witness(".txt");
    const TemporaryFile scenario(".toml", R"(
time_of_day = 12:00:00
[[group]]
vehicles = 1
[[command]]
at = 12:00:02
run = "echo done > )" + witness.path() + R"("
[[command]]
at = 12:00:01
run = "exit 3"
)");
    const auto says = [](ChildProcess& fleet, const std::string& words) {
        return eventually([&] { return fleet.output().find(words) != std::string::npos; });
    };
    {
        ChildProcess fleet(fleet_command(broker.port(), {"--scenario", scenario.path()}));
        EXPECT_TRUE(says(fleet, "the scenario's command is not run without --commands: echo done"));
    }
    EXPECT_EQ(witness.content(), "");
    ChildProcess fleet(fleet_command(broker.port(), {"--scenario", scenario.path(), "--commands"}));
    EXPECT_TRUE(says(fleet, "the scenario's command ended with 3: exit 3")) << fleet.output();
    EXPECT_TRUE(eventually([&] { return witness.content() == "done\n"; })) << fleet.output();
}

TEST(Scenario, AReportAndTheTripsComeAtTheEnd) {
    Mosquitto broker;
    const TemporaryFile trips(".gpx");
    ChildProcess fleet(fleet_command(
        broker.port(), {"--vehicles", "5", "--speed", "60", "--duration", "5", "--trips", trips.path()}));
    EXPECT_EQ(fleet.wait(), 0);
    const std::string report = fleet.output();
    for (const auto* part : {"stopped after", "time to award", "time to deliver", "bytes a vehicle"})
        EXPECT_NE(report.find(part), std::string::npos) << part << " in " << report;
    const std::string content = trips.content();
    EXPECT_NE(content.find("<name>v0001</name>"), std::string::npos);
    EXPECT_NE(content.find("<trkpt lat=\"41."), std::string::npos);
    EXPECT_EQ(content.substr(content.size() - 7), "</gpx>\n");
}

TEST(Scenario, ASignalStopsTheVehiclesWhereTheyAreAndAnotherLetsThemGoOn) {
    Mosquitto broker;
    ChildProcess fleet(fleet_command(broker.port(), {"--vehicles", "3", "--json"}));
    const auto lines_that_say = [&](const std::string& text) {
        const std::string output = fleet.output();
        std::vector<std::string> found;
        std::istringstream lines(output);
        for (std::string line; std::getline(lines, line);)
            if (line.find(text) != std::string::npos) found.push_back(line);
        return found;
    };
    ASSERT_TRUE(eventually([&] { return !lines_that_say("\"connected\":3").empty(); }));
    fleet.signal(SIGUSR1);
    ASSERT_TRUE(eventually([&] { return lines_that_say("\"paused\":true").size() >= 3; }));
    const auto simulated = [](const std::string& line) {
        const auto begin = line.find("\"simulated_s\":");
        return line.substr(begin, line.find(',', begin) - begin);
    };
    const auto paused = lines_that_say("\"paused\":true");
    EXPECT_EQ(simulated(paused[1]), simulated(paused[2]));
    fleet.signal(SIGUSR1);
    EXPECT_TRUE(eventually([&] {
        const auto lines = lines_that_say("\"kind\":\"status\"");
        return lines.back().find("paused") == std::string::npos &&
               simulated(lines.back()) != simulated(paused[2]);
    }));
}

TEST(Scenario, OnATerminalTheStateFillsTheScreenAndKeysAreHeard) {
    Mosquitto broker;
    Terminal terminal(fleet_command(broker.port(), {"--vehicles", "3"}));
    const auto shows = [&](const std::string& text) {
        return eventually([&] { return terminal.written().find(text) != std::string::npos; });
    };
    ASSERT_TRUE(shows("\033[?1049h")) << terminal.written();
    EXPECT_TRUE(shows("3 of 3")) << terminal.written();
    terminal.type('+');
    EXPECT_TRUE(shows("2x as fast as the clock")) << terminal.written();
    terminal.type(' ');
    EXPECT_TRUE(shows("PAUSED")) << terminal.written();
    terminal.type('q');
    EXPECT_TRUE(shows("stopped after")) << terminal.written();
    EXPECT_TRUE(eventually([&] { return terminal.exit_code().has_value(); }));
    EXPECT_EQ(terminal.exit_code(), 0);
    const std::string& written = terminal.written();
    EXPECT_LT(written.find("\033[?1049l"), written.find("stopped after")) << "the screen is given back first";
}

TEST(Scenario, TheSourceAddressIsTheOneThatWasAskedFor) {
    Mosquitto broker("allow_anonymous true\nlog_dest stderr\nconnection_messages true\n");
    Observer observer(broker.port(), "vehicle/+/status");
    ChildProcess fleet(fleet_command(broker.port(), {"--vehicles", "4", "--source", "127.0.0.2,127.0.0.3"}));
    EXPECT_TRUE(eventually([&] { return observer.heard("vehicle/").size() >= 4; })) << fleet.output();
    EXPECT_NE(broker.output().find("New connection from 127.0.0.2:"), std::string::npos) << broker.output();
    EXPECT_NE(broker.output().find("New connection from 127.0.0.3:"), std::string::npos) << broker.output();
}

TEST(Scenario, WhatIsWrongIsSaidAtOnce) {
    const auto output_of = [](std::vector<std::string> more, int exit_code) {
        more.insert(more.begin(), DRAY_FLEET);
        ChildProcess fleet(more);
        EXPECT_EQ(fleet.wait(), exit_code);
        return fleet.output();
    };
    const TemporaryFile wrong(".toml", "seed = 1\n[[group]]\nvehicles = 3\ncolour = \"red\"\n");
    EXPECT_NE(output_of({"--scenario", wrong.path()}, 1)
                  .find(wrong.path() + ":4:1: 'colour' of group 1 is not known here"),
              std::string::npos);
    const TemporaryFile elsewhere(".toml", "[[group]]\nname = \"vans\"\nvehicles = 3\nzips = [\"99999\"]\n");
    EXPECT_NE(output_of({"--scenario", elsewhere.path()}, 1).find("vans: zip 99999 is not on the map"),
              std::string::npos);
    EXPECT_NE(output_of({"--scenario", wrong.path(), "--vehicles", "3"}, 2).find("--vehicles"),
              std::string::npos);
    EXPECT_NE(output_of({"--trips", "trips.txt"}, 2).find("must end in .gpx or .geojson"), std::string::npos);
    EXPECT_NE(output_of({"--trips", "/nonexistent/trips.gpx"}, 1)
                  .find("/nonexistent/trips.gpx: the trips cannot be written"),
              std::string::npos);
    EXPECT_NE(output_of({"--map", "/nonexistent/city.osm.pbf"}, 1)
                  .find("/nonexistent/city.osm.pbf: cannot be read"),
              std::string::npos);
    EXPECT_NE(output_of({"--source", "here"}, 1).find("--source here: not an IP address"), std::string::npos);
    EXPECT_NE(output_of({"--source", "192.0.2.1"}, 1).find("--source 192.0.2.1: cannot connect from it"),
              std::string::npos);
}

}  // namespace
}  // namespace dray::test
