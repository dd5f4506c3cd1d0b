// dray-fleet, started as users start it, against a real mosquitto.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "child_process.h"
#include "dray/v1/dispatch.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "fleet_words.h"

namespace dray::test {
namespace {

using namespace std::chrono_literals;

bool is_status(const Heard& heard) {
    return level(heard.topic, 0) == "vehicle" && level(heard.topic, 2) == "status";
}

// How many vehicles' latest status is this.
std::size_t count_in_state(const Observer& observer, v1::VehicleState state) {
    std::map<std::string, v1::VehicleState> latest;
    for (const Heard& heard : observer.heard("vehicle/"))
        if (is_status(heard)) latest[heard.topic] = parsed<v1::VehicleStatus>(heard).state();
    return static_cast<std::size_t>(
        std::count_if(latest.begin(), latest.end(), [&](const auto& one) { return one.second == state; }));
}

TEST(Fleet, TwentyVehiclesConnectAndTellWhereTheyAre) {
    Mosquitto broker;
    Observer observer(broker.port(), "vehicle/#");
    ChildProcess fleet(fleet_command(broker.port(), {"--vehicles", "20", "--speed", "10"}));
    std::map<std::string, std::vector<v1::Location>> tracks;
    ASSERT_TRUE(eventually([&] {
        tracks.clear();
        for (const Heard& heard : observer.heard("vehicle/"))
            if (level(heard.topic, 2) == "location")
                tracks[level(heard.topic, 1)].push_back(parsed<v1::Location>(heard));
        return tracks.size() == 20 && std::all_of(tracks.begin(), tracks.end(),
                                                  [](const auto& track) { return track.second.size() >= 4; });
    })) << fleet.output();
    std::set<std::pair<double, double>> places;
    for (const auto& [vehicle, track] : tracks) {
        for (std::size_t i = 0; i < track.size(); ++i) {
            EXPECT_EQ(track[i].vehicle_id(), vehicle);
            EXPECT_EQ(track[i].sequence(), i + 1);
            if (i > 0) {
                EXPECT_GT(track[i].time_ms(), track[i - 1].time_ms());
            }
            EXPECT_GT(track[i].position().latitude(), 41.76);
            EXPECT_LT(track[i].position().latitude(), 41.98);
            EXPECT_GT(track[i].position().longitude(), -87.81);
            EXPECT_LT(track[i].position().longitude(), -87.57);
        }
        places.insert({track[0].position().latitude(), track[0].position().longitude()});
    }
    EXPECT_EQ(places.size(), 20U);
    EXPECT_EQ(count_in_state(observer, v1::VEHICLE_STATE_IDLE), 20U);

    fleet.signal(SIGTERM);
    EXPECT_EQ(fleet.wait(), 0) << fleet.output();
    EXPECT_TRUE(eventually([&] { return count_in_state(observer, v1::VEHICLE_STATE_OFFLINE) == 20; }));
    Observer late(broker.port(), "vehicle/#");
    EXPECT_TRUE(eventually([&] { return count_in_state(late, v1::VEHICLE_STATE_OFFLINE) == 20; }))
        << "not retained";
    for (const Heard& heard : late.heard("vehicle/")) EXPECT_TRUE(heard.retained);
}

TEST(Fleet, AnOfferGetsABidAndAnAwardIsDrivenToADelivery) {
    const std::string order = "0d5f2c1e-0000-4000-8000-000000000001";
    const std::string trace = "0af7651916cd43dd8448eb211c80319c";
    Mosquitto broker;
    Observer observer(broker.port(), "#");
    ChildProcess fleet(
        fleet_command(broker.port(), {"--vehicles", "20", "--speed", "100", "--zips", "60614,60657"}));
    ASSERT_TRUE(eventually([&] { return count_in_state(observer, v1::VEHICLE_STATE_IDLE) == 20; }))
        << fleet.output();

    v1::ShipmentOffer offer;
    offer.mutable_header()->set_event_id("offer-1");
    offer.mutable_header()->set_order_id(order);
    offer.mutable_header()->set_traceparent("00-" + trace + "-b7ad6b7169203331-01");
    offer.set_epoch(3);
    offer.mutable_pick_up()->set_latitude(41.9100);
    offer.mutable_pick_up()->set_longitude(-87.6350);
    offer.mutable_drop_off()->set_latitude(41.9229);
    offer.mutable_drop_off()->set_longitude(-87.6483);
    offer.set_expires_at_ms(std::chrono::duration_cast<std::chrono::milliseconds>(
                                (std::chrono::system_clock::now() + 30s).time_since_epoch())
                                .count());
    offer.set_zip("60614");
    observer.publish("order/ship/60614/" + order, offer.SerializeAsString());

    const auto heard_bid = observer.wait_for(
        [&](const Heard& heard) { return heard.topic.rfind("order/bid/60614/" + order + "/", 0) == 0; });
    ASSERT_TRUE(heard_bid) << fleet.output();
    const auto bid = parsed<v1::Bid>(*heard_bid);
    const std::string& vehicle = bid.vehicle_id();
    EXPECT_EQ(level(heard_bid->topic, 4), vehicle);
    EXPECT_EQ(bid.epoch(), 3U);
    EXPECT_FALSE(bid.bid_id().empty());
    EXPECT_GT(bid.eta_seconds(),
              1U);  // by the clock: some 4 to 20 minutes of driving at a hundred times the speed
    EXPECT_LT(bid.eta_seconds(), 30U);
    EXPECT_EQ(bid.header().order_id(), order);
    EXPECT_EQ(bid.header().cause_id(), "offer-1");
    EXPECT_EQ(bid.header().source(), "dray-fleet");
    EXPECT_EQ(bid.header().traceparent().substr(3, 32), trace);
    EXPECT_NE(bid.header().traceparent().substr(36, 16), "b7ad6b7169203331");

    v1::VehicleCommand command;
    *command.mutable_header() = offer.header();
    command.mutable_header()->set_event_id("award-1");
    command.mutable_deliver()->set_epoch(3);
    command.mutable_deliver()->set_vehicle_id(vehicle);
    *command.mutable_deliver()->mutable_pick_up() = offer.pick_up();
    *command.mutable_deliver()->mutable_drop_off() = offer.drop_off();
    observer.publish("vehicle/" + vehicle + "/command", command.SerializeAsString());

    std::vector<v1::VehicleStatus> story;
    ASSERT_TRUE(eventually([&] {
        story.clear();
        for (const Heard& heard : observer.heard("vehicle/" + vehicle + "/status"))
            story.push_back(parsed<v1::VehicleStatus>(heard));
        return story.back().delivered();
    })) << fleet.output();
    ASSERT_EQ(story.size(), 4U);  // idle, to the pick-up, to the customer, delivered
    EXPECT_EQ(story[1].state(), v1::VEHICLE_STATE_TO_PICK_UP);
    EXPECT_EQ(story[2].state(), v1::VEHICLE_STATE_TO_CUSTOMER);
    EXPECT_EQ(story[3].state(), v1::VEHICLE_STATE_IDLE);
    for (std::size_t i = 1; i < story.size(); ++i) {
        EXPECT_EQ(story[i].epoch(), 3U);
        EXPECT_EQ(story[i].header().order_id(), order);
        EXPECT_EQ(story[i].header().cause_id(), "award-1");
        EXPECT_EQ(story[i].header().traceparent().substr(3, 32), trace);
        EXPECT_EQ(story[i].delivered(), i == 3);
    }
    std::set<std::string> event_ids;
    for (const auto& status : story) event_ids.insert(status.header().event_id());
    EXPECT_EQ(event_ids.size(), story.size());
}

TEST(Fleet, IsReportedOfflineByTheBrokerWhenItDies) {
    Mosquitto broker;
    Observer observer(broker.port(), "vehicle/+/status");
    ChildProcess fleet(fleet_command(broker.port(), {"--vehicles", "5"}));
    ASSERT_TRUE(eventually([&] { return count_in_state(observer, v1::VEHICLE_STATE_IDLE) == 5; }))
        << fleet.output();
    fleet.signal(SIGKILL);
    EXPECT_TRUE(eventually([&] { return count_in_state(observer, v1::VEHICLE_STATE_OFFLINE) == 5; }));
}

TEST(Fleet, ComesBackWhenTheBrokerWasGone) {
    Mosquitto broker;
    ChildProcess fleet(fleet_command(broker.port(), {"--vehicles", "20", "--json"}));
    {
        Observer observer(broker.port(), "vehicle/+/status");
        ASSERT_TRUE(eventually([&] { return count_in_state(observer, v1::VEHICLE_STATE_IDLE) == 20; }))
            << fleet.output();
    }
    broker.stop();
    ASSERT_TRUE(
        eventually([&] { return fleet.output().find(R"("connected":0,"idle":20)") != std::string::npos; }));
    EXPECT_FALSE(fleet.exit_code());
    broker.start();
    Observer observer(broker.port(), "vehicle/+/status");
    EXPECT_TRUE(eventually([&] { return count_in_state(observer, v1::VEHICLE_STATE_IDLE) == 20; }))
        << fleet.output();
    fleet.signal(SIGINT);
    EXPECT_EQ(fleet.wait(), 0);
}

TEST(Fleet, ARunThatIsOverBeforeTheBrokerIsReachedHasFailed) {
    Mosquitto broker;
    const int port = broker.port();
    broker.stop();
    ChildProcess fleet(fleet_command(port, {"--vehicles", "3", "--duration", "1"}));
    EXPECT_EQ(fleet.wait(), 1);
    EXPECT_NE(fleet.output().find("was not reached within 1 s: Connection refused"), std::string::npos)
        << fleet.output();
}

TEST(Fleet, ABrokerThatIsNotThereIsNamedAndEndsIt) {
    Mosquitto broker;
    const int port = broker.port();
    broker.stop();
    ChildProcess fleet(fleet_command(port, {"--vehicles", "3"}));
    EXPECT_EQ(fleet.wait(), 1);
    const std::string named = "mqtt://127.0.0.1:" + std::to_string(port);
    EXPECT_NE(fleet.output().find("the broker " + named + " cannot be reached yet (Connection refused)"),
              std::string::npos)
        << fleet.output();
    EXPECT_NE(fleet.output().find("the broker " + named + " was not reached within 10 s: Connection refused"),
              std::string::npos)
        << fleet.output();
}

TEST(Fleet, ARefusedLoginEndsItAtOnce) {
    Mosquitto broker("allow_anonymous false\n");
    ChildProcess fleet(fleet_command(broker.port(), {"--vehicles", "3"}));
    EXPECT_EQ(fleet.wait(), 1);
    EXPECT_NE(fleet.output().find("the broker refuses the login: not authorized"), std::string::npos)
        << fleet.output();
}

TEST(Fleet, AMistakeOnTheCommandLineIsNamed) {
    const auto output_of = [](std::vector<std::string> more, int exit_code) {
        std::vector<std::string> command{DRAY_FLEET};
        command.insert(command.end(), more.begin(), more.end());
        ChildProcess fleet(command);
        EXPECT_EQ(fleet.wait(), exit_code);
        return fleet.output();
    };
    EXPECT_NE(output_of({"--broker", "http://example.org"}, 2).find("does not begin with mqtt://"),
              std::string::npos);
    EXPECT_NE(output_of({"--broker", "mqtt://host:99999"}, 2).find("the port must be a number"),
              std::string::npos);
    EXPECT_NE(output_of({"--vehicles", "many"}, 2).find("--vehicles"), std::string::npos);
    EXPECT_NE(output_of({"--zips", "60614,00000"}, 1).find("zip 00000 is not on the map"), std::string::npos);
    EXPECT_NE(output_of({"--map", "/nonexistent"}, 1).find("/nonexistent/streets.json: cannot be read"),
              std::string::npos);
    EXPECT_NE(output_of({"--vehicles", "1000000"}, 1).find("1000000 vehicles need 1000064 open files"),
              std::string::npos);
}

}  // namespace
}  // namespace dray::test
