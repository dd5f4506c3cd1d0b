#include "fleet/vehicle.h"

#include <gtest/gtest.h>

#include "scene.h"

namespace dray {
namespace {

using namespace std::chrono_literals;
using fleet::Activity;
using fleet::EnterZip;
using fleet::PlaceBid;
using fleet::Report;
using test::Scene;

TEST(Vehicle, ThinksBeforeItBids) {
    Scene scene;
    const auto start = scene.now();
    for (int i = 0; scene.vehicle().activity() == Activity::kIdle; ++i)
        scene.offer(scene.an_offer("a" + std::to_string(i)));
    EXPECT_EQ(scene.vehicle().activity(), Activity::kDeciding);
    const auto wake = scene.last<fleet::WakeAt>();
    ASSERT_TRUE(wake);
    EXPECT_GE(wake->at - start, 60ms);
    EXPECT_LE(wake->at - start, 2000ms);
    scene.pass(wake->at - start - 1ms);
    EXPECT_FALSE(scene.last<PlaceBid>());
    scene.pass(1ms);
    const auto bid = scene.last<PlaceBid>();
    ASSERT_TRUE(bid);
    EXPECT_EQ(bid->zip, "10001");
    EXPECT_EQ(bid->epoch, 1U);
    EXPECT_EQ(bid->cause.event_id, "offer of " + bid->order_id);
    EXPECT_GT(bid->eta_seconds, 100U);  // some 2.5 km
    EXPECT_LT(bid->eta_seconds, 600U);
    EXPECT_FALSE(bid->again);
}

TEST(Vehicle, DeclinesNowAndThenButTakesMost) {
    Scene scene;
    int bids = 0;
    for (int i = 0; i < 500; ++i) {
        const std::string order = "order-" + std::to_string(i);
        scene.offer(scene.an_offer(order));
        scene.pass(3s);
        if (scene.last<PlaceBid>()) ++bids;
        scene.lose(order, 1);
    }
    EXPECT_GT(bids, 400);
    EXPECT_LT(bids, 500);
}

TEST(Vehicle, DrivesTheWayThatItAnnounces) {
    Scene scene;
    EXPECT_TRUE(scene.vehicle().way_ahead(scene.world()).empty()) << "it wanders";
    scene.award(scene.an_award(scene.until_it_bids()));
    const auto& network = scene.world().network();
    std::vector<streets::Point> way;
    int ways = 0;
    for (int second = 0; scene.vehicle().orders() > 0; ++second) {
        ASSERT_LT(second, 3600);
        if (scene.last<Report>()) {
            way.clear();
            for (const auto& corner : scene.vehicle().way_ahead(scene.world()))
                way.push_back(network.plane().from_degrees(corner));
            ++ways;
            ASSERT_GE(way.size(), 2U);
        }
        const auto at = network.point_at(scene.vehicle().motion().place);
        double off = streets::distance(at, way.back());
        for (std::size_t i = 0; i + 1 < way.size(); ++i) {
            const auto share = streets::nearest_share(at, way[i], way[i + 1]);
            off = std::min(off, streets::distance(at, way[i] + (way[i + 1] - way[i]) * share));
        }
        EXPECT_LE(off, 20.5) << "after " << second << " s";
        scene.drive(1);
    }
    EXPECT_EQ(ways, 2) << "to the pick-up, to the customer";
}

TEST(Vehicle, DrivesAnAwardToTheCustomerAndSaysSo) {
    Scene scene;
    const std::string order = scene.until_it_bids();
    scene.last<Report>();
    scene.award(scene.an_award(order));
    auto report = scene.last<Report>();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->activity, Activity::kToPickUp);
    EXPECT_EQ(report->order_id, order);
    EXPECT_EQ(report->cause.event_id, "award of " + order);

    bool picked_up = false;
    int seconds = 0;
    for (; scene.vehicle().activity() != Activity::kIdle && seconds < 3600; ++seconds) {
        scene.drive(1);
        report = scene.last<Report>();
        if (!report) continue;
        if (report->activity == Activity::kToCustomer) {
            picked_up = true;
            EXPECT_FALSE(report->delivered);
            const auto& network = scene.world().network();
            EXPECT_LT(distance(network.point_at(scene.vehicle().motion().place), {1000, 100}), 60);
        }
    }
    EXPECT_TRUE(picked_up);
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->delivered);
    EXPECT_EQ(report->order_id, order);
    EXPECT_EQ(report->epoch, 1U);
    EXPECT_GT(seconds, 200);
    EXPECT_LT(seconds, 700);
    const auto& network = scene.world().network();
    EXPECT_LT(distance(network.point_at(scene.vehicle().motion().place), {100, 1050}), 5);
}

TEST(Vehicle, SaysOnceAMinuteThatItIsStillAtIt) {
    Scene scene;
    scene.award(scene.an_award("x"));
    scene.last<Report>();
    int reports = 0;
    for (int second = 0; second < 200; ++second) {
        scene.pass(1s);
        if (const auto report = scene.last<Report>()) {
            ++reports;
            EXPECT_EQ(report->activity, Activity::kToPickUp);
            EXPECT_EQ(report->order_id, "x");
        }
    }
    EXPECT_EQ(reports, 3);
}

TEST(Vehicle, ALongStepEndsWhereShortStepsEnd) {
    const auto deliver_in_steps_of = [](double step) {
        Scene scene;
        scene.award(scene.an_award("x"));
        for (double done = 0; done < 1200 && scene.vehicle().activity() != Activity::kIdle; done += step)
            scene.drive(step);
        return scene.vehicle().activity();
    };
    EXPECT_EQ(deliver_in_steps_of(0.1), Activity::kIdle);
    EXPECT_EQ(deliver_in_steps_of(100), Activity::kIdle);
    EXPECT_EQ(deliver_in_steps_of(1200), Activity::kIdle);
}

TEST(Vehicle, IsFreeAgainWhenItsBidIsLost) {
    Scene scene;
    const std::string order = scene.until_it_bids();
    scene.lose("another", 1);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kBidding);
    scene.lose(order, 1);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kIdle);
}

TEST(Vehicle, DoesNotBidForWhatIsTaken) {
    Scene scene;
    int bids = 0;
    for (int i = 0; i < 100; ++i) {
        const std::string order = "order-" + std::to_string(i);
        scene.offer(scene.an_offer(order));
        scene.hear_taken("another", 1);
        scene.hear_taken(order, 1);
        EXPECT_EQ(scene.vehicle().activity(), Activity::kIdle);
        scene.pass(3s);
        if (scene.last<PlaceBid>()) ++bids;
    }
    EXPECT_EQ(bids, 0);
}

TEST(Vehicle, WaitsForTheAnswerToABidThatItHasMade) {
    Scene scene;
    const std::string order = scene.until_it_bids();
    scene.hear_taken(order, 1);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kBidding) << "it may have won";
}

TEST(Vehicle, WaitsNoLongerThanTheOfferAndAGrace) {
    Scene scene;
    scene.until_it_bids();
    const auto wake = scene.last<fleet::WakeAt>();
    ASSERT_TRUE(wake);
    scene.pass(wake->at - scene.now() - 1ms);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kBidding);
    scene.pass(1ms);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kIdle);
}

TEST(Vehicle, DoesNotAnswerAnExpiredOffer) {
    Scene scene;
    for (int i = 0; i < 20; ++i) {
        auto offer = scene.an_offer("late-" + std::to_string(i));
        offer.expires_at = scene.now();
        scene.offer(offer);
    }
    EXPECT_EQ(scene.vehicle().activity(), Activity::kIdle);
    EXPECT_TRUE(scene.said().empty());
}

TEST(Vehicle, BidsForOneOrderAtATime) {
    Scene scene;
    scene.until_it_bids();
    scene.last<PlaceBid>();
    for (int i = 0; i < 20; ++i) scene.offer(scene.an_offer("second-" + std::to_string(i)));
    scene.pass(3s);
    EXPECT_FALSE(scene.last<PlaceBid>());
}

TEST(Vehicle, RepeatsItsBidWhenTheOfferComesAgain) {
    Scene scene;
    const std::string order = scene.until_it_bids();
    const auto first = scene.last<PlaceBid>();
    scene.offer(scene.an_offer(order));
    const auto repeated = scene.last<PlaceBid>();
    ASSERT_TRUE(repeated);
    EXPECT_TRUE(repeated->again);
    EXPECT_EQ(repeated->eta_seconds, first->eta_seconds);
}

TEST(Vehicle, ARepeatedAwardChangesNothing) {
    Scene scene;
    scene.award(scene.an_award("x"));
    scene.drive(60);
    const auto before = scene.vehicle().motion();
    scene.last<Report>();
    scene.award(scene.an_award("x"));
    EXPECT_EQ(scene.last<Report>()->activity, Activity::kToPickUp);
    EXPECT_EQ(scene.vehicle().motion().place.arc, before.place.arc);
    EXPECT_EQ(scene.vehicle().motion().speed, before.speed);
}

TEST(Vehicle, AnAwardThatComesAgainAfterTheDeliveryIsReportedAsDelivered) {
    Scene scene;
    scene.award(scene.an_award("x"));
    scene.drive(3600);
    ASSERT_TRUE(scene.last<Report>()->delivered);
    scene.award(scene.an_award("x"));
    const auto report = scene.last<Report>();
    ASSERT_TRUE(report);
    EXPECT_TRUE(report->delivered);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kIdle);
}

TEST(Vehicle, AnOrderItHasNoRoomForIsAnsweredWithWhatItDoes) {
    Scene scene;
    scene.award(scene.an_award("x"));
    scene.last<Report>();
    scene.award(scene.an_award("y"));
    const auto report = scene.last<Report>();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->order_id, "x");
}

TEST(Vehicle, StopsWorkOnARevokedAwardUnlessAYoungerOneHolds) {
    Scene scene;
    scene.award(scene.an_award("x", 2));
    scene.revoke("x", 1);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kToPickUp);
    scene.drive(30);
    scene.last<Report>();
    scene.revoke("x", 2);
    EXPECT_EQ(scene.vehicle().activity(), Activity::kIdle);
    const auto report = scene.last<Report>();
    ASSERT_TRUE(report);
    EXPECT_EQ(report->activity, Activity::kIdle);
    EXPECT_FALSE(report->delivered);
}

TEST(Vehicle, TakesAnAwardThatComesAfterItGaveUpWaiting) {
    Scene scene;
    const std::string order = scene.until_it_bids();
    scene.pass(60s);
    ASSERT_EQ(scene.vehicle().activity(), Activity::kIdle);
    scene.award(scene.an_award(order));
    EXPECT_EQ(scene.vehicle().activity(), Activity::kToPickUp);
}

TEST(Vehicle, NeverDrivesFasterThanTheStreetAllowsNorAgainstTheTraffic) {
    Scene scene;
    const auto& network = scene.world().network();
    for (int i = 0; i < 20000; ++i) {
        if (i % 4000 == 2000) scene.award(scene.an_award("o" + std::to_string(i)));
        scene.drive(1);
        const auto& motion = scene.vehicle().motion();
        ASSERT_TRUE(network.drivable(motion.place.arc));
        ASSERT_LE(motion.speed, network.speed(motion.place.arc) * 1.1F + 0.01F);
        ASSERT_GE(motion.place.offset, 0);
        ASSERT_LE(motion.place.offset, network.length(motion.place.arc) + 0.01F);
    }
}

TEST(Vehicle, WhenIdleItMovesAboutItsHomeAndSaysWhenItEntersAnotherZip) {
    Scene scene;
    const auto& network = scene.world().network();
    double driven = 0;
    int standing = 0;
    auto last = network.point_at(scene.vehicle().motion().place);
    for (int i = 0; i < 7200; ++i) {
        const auto zip = scene.vehicle().zip();
        scene.drive(1);
        const auto here = network.point_at(scene.vehicle().motion().place);
        driven += distance(here, last);
        last = here;
        standing += scene.vehicle().motion().speed == 0 ? 1 : 0;
        const auto entered = scene.last<EnterZip>();
        EXPECT_EQ(entered.has_value(), scene.vehicle().zip() != zip);
    }
    EXPECT_GT(driven, 5000);
    EXPECT_GT(standing, 500);
    EXPECT_LT(standing, 6500);
}

TEST(Vehicle, TheSameSeedGivesTheSameTripsAndAnotherSeedOthers) {
    const auto trip = [](std::uint64_t seed) {
        Scene scene(seed);
        std::string log;
        for (int i = 0; i < 600; ++i) {
            if (i == 100) scene.offer(scene.an_offer("a"));
            if (i == 200) scene.award(scene.an_award("a"));
            scene.pass(1s);
            scene.drive(10);
            const auto fix = scene.vehicle().fix(scene.world());
            log += std::to_string(fix->position.latitude) + " " + std::to_string(fix->position.longitude) +
                   " " + std::to_string(fix->heading_degrees) + "\n";
        }
        return log;
    };
    EXPECT_EQ(trip(7), trip(7));
    EXPECT_NE(trip(7), trip(8));
}

TEST(Vehicle, ItsFixIsAFewMetresOff) {
    Scene scene;
    const auto& network = scene.world().network();
    const auto truth = network.point_at(scene.vehicle().motion().place);
    double sum = 0;
    double worst = 0;
    for (int i = 0; i < 5000; ++i) {
        const auto fix = scene.vehicle().fix(scene.world());
        ASSERT_TRUE(fix);
        const double off = distance(network.plane().from_degrees(fix->position), truth);
        sum += off;
        worst = std::max(worst, off);
        ASSERT_GE(fix->heading_degrees, 0);
        ASSERT_LT(fix->heading_degrees, 360);
    }
    EXPECT_GT(sum / 5000, 2);
    EXPECT_LT(sum / 5000, 6);
    EXPECT_LT(worst, 20);
}

TEST(Population, IsSpreadEvenlyOverTheZips) {
    const auto town = test::small_town();
    fleet::World world(town);
    ASSERT_EQ(fleet::choose_zips(town.zips, {}).size(), 2U);
    const fleet::Scenario scenario{.groups = {{.vehicles = 100}}};
    std::size_t west = 0;
    for (const auto& vehicle : fleet::populate(world, scenario))
        west += vehicle.zip() == streets::ZipId{0} ? 1U : 0U;
    EXPECT_EQ(west, 50U);
}

TEST(Population, AZipThatIsNotThereIsNamed) {
    const auto town = test::small_town();
    try {
        fleet::choose_zips(town.zips, {"10001", "99999"});
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "zip 99999 is not on the map");
    }
}

TEST(Population, AZipWithoutStreetsIsNamedWithItsGroup) {
    auto town = test::small_town();
    town.zips = streets::ZipMap(
        {{.number = "10001", .centroid = {275, 550}, .lead = streets::ZipId{0}},
         {.number = "10002", .centroid = {825, 550}, .lead = streets::ZipId{1}, .stops = {{800, 250}}}});
    const fleet::Scenario scenario{.groups = {{.name = "vans", .vehicles = 1, .zips = {"10001"}}}};
    fleet::World world(town);
    try {
        fleet::populate(world, scenario);
        FAIL();
    } catch (const std::invalid_argument& error) {
        EXPECT_STREQ(error.what(), "vans: zip 10001 has no street that vehicles can start on");
    }
    EXPECT_EQ(fleet::choose_zips(town.zips, {}), std::vector<streets::ZipId>{streets::ZipId{1}});
}

}  // namespace
}  // namespace dray
