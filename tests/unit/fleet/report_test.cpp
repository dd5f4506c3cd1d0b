// What the fleet says about itself: percentiles, the lines while it runs, the report, the trips.
#include "program/report.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "program/dry_run.h"
#include "program/screen.h"
#include "program/trip_recorder.h"
#include "scene.h"

namespace dray {
namespace {

using namespace program;
using namespace std::chrono_literals;

TEST(Durations, APercentileIsRightToThreePercent) {
    Durations durations;
    EXPECT_EQ(durations.percentile(0.5), 0ms);
    for (int i = 1; i <= 100'000; ++i) durations.add(std::chrono::milliseconds(i));
    EXPECT_EQ(durations.count(), 100'000U);
    EXPECT_EQ(durations.longest(), 100s);
    for (const double share : {0.0001, 0.01, 0.5, 0.9, 0.99, 1.0}) {
        const double exact = share * 100'000;
        EXPECT_NEAR(static_cast<double>(durations.percentile(share).count()), exact, exact * 0.032 + 1)
            << share;
    }
}

TEST(Durations, AnyValueHasABucketThatIsNotBelowIt) {
    for (std::int64_t value = 0; value < 1'000'000'000'000; value = value * 3 / 2 + 1) {
        Durations durations;
        durations.add(std::chrono::milliseconds(value));
        EXPECT_EQ(durations.percentile(1).count(), value);
    }
}

TEST(Report, DurationsAndClocksReadWell) {
    EXPECT_EQ(duration_text(420ms), "420 ms");
    EXPECT_EQ(duration_text(1300ms), "1.3 s");
    EXPECT_EQ(duration_text(12min), "12 min");
    EXPECT_EQ(clock_text(18 * 3600 + 4 * 60 + 59.9), "18:04:59");
    EXPECT_EQ(clock_text(25 * 3600), "01:00:00");
}

TEST(Report, TheJsonLineHasWhatTheTextHas) {
    Snapshot snapshot{.elapsed_s = 10, .simulated_s = 100};
    snapshot.fleet.vehicles = 5;
    snapshot.fleet.delivered = 2;
    snapshot.fleet.time_to_award.add(400ms);
    snapshot.links.messages_sent = 50;
    const auto line = nlohmann::json::parse(json_line("total", snapshot, Rates::between({}, snapshot)));
    EXPECT_EQ(line["kind"], "total");
    EXPECT_EQ(line["delivered"], 2);
    EXPECT_EQ(line["messages_per_s"], 5);
    EXPECT_EQ(line["time_to_award_ms"]["p50"], 400);
    EXPECT_EQ(line["time_to_deliver_ms"]["count"], 0);
    const std::string text = text_report(snapshot);
    EXPECT_NE(text.find("2 delivered"), std::string::npos) << text;
    EXPECT_NE(text.find("p50 400 ms"), std::string::npos) << text;
    EXPECT_NE(text.find("50 sent"), std::string::npos) << text;
    const std::string screen = screen_text("a fleet", snapshot, {});
    EXPECT_EQ(screen.substr(0, 8), "a fleet\n");
    EXPECT_EQ(screen.find('\033'), std::string::npos);
}

class DryRunTest : public testing::Test {
  protected:
    struct Result {
        Snapshot end;
        std::string trips;
    };
    static Result run(std::uint64_t seed, const char* ending = ".gpx") {
        const auto town = test::small_town();
        Options options;
        options.duration_s = 3600;
        options.dry_run = true;
        options.scenario = {.seed = seed,
                            .groups = {{.vehicles = 30, .profile = {.breakdowns_per_10000_km = 300}}},
                            .orders_per_hour = 60};
        fleet::Fleet fleet(town, options.scenario);
        TripRecorder recorder(fleet, [](std::uint32_t vehicle) { return "v" + std::to_string(vehicle); });
        const Snapshot end = DryRun(fleet, options, {}, &recorder).run([](const Snapshot&) { return true; });
        const auto path =
            std::filesystem::temp_directory_path() / ("dray-trips-" + std::to_string(getpid()) + ending);
        recorder.write(path);
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        std::filesystem::remove(path);
        return {end, text.str()};
    }
};

TEST_F(DryRunTest, TheSameSeedGivesTheSameTripsAndAnotherSeedOthers) {
    const Result first = run(7), second = run(7), other = run(8);
    EXPECT_EQ(first.trips, second.trips);
    EXPECT_NE(first.trips, other.trips);
    EXPECT_EQ(first.end.fleet.bids, second.end.fleet.bids);
    EXPECT_EQ(first.end.fleet.delivered, second.end.fleet.delivered);
}

TEST_F(DryRunTest, OrdersAreOfferedAwardedOnceAndDelivered) {
    const FleetFigures figures = run(7).end.fleet;
    EXPECT_NEAR(static_cast<double>(figures.won), 60, 30);
    EXPECT_GT(figures.delivered, figures.won / 2);
    EXPECT_EQ(figures.bids, figures.won + figures.lost);
    EXPECT_EQ(figures.time_to_award.count(), figures.won);
    EXPECT_GT(figures.time_to_award.percentile(0.5), 50ms);
    EXPECT_LE(figures.time_to_award.longest(), 3s);
    EXPECT_GT(figures.time_to_deliver.percentile(0.5), 60s);
}

TEST_F(DryRunTest, TripsAreWrittenAsGeoJsonToo) {
    const auto trips = nlohmann::json::parse(run(7, ".geojson").trips);
    ASSERT_GT(trips["features"].size(), 30U);
    int with_order = 0;
    for (const auto& feature : trips["features"]) {
        EXPECT_EQ(feature["geometry"]["type"], "LineString");
        EXPECT_GE(feature["geometry"]["coordinates"].size(), 2U);
        EXPECT_LE(feature["properties"]["begins"], feature["properties"]["ends"]);
        with_order += feature["properties"]["kind"] == "with order" ? 1 : 0;
    }
    EXPECT_GT(with_order, 10);
}

}  // namespace
}  // namespace dray
