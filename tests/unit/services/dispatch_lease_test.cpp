// What an award holds: places in a vehicle, for as long as the vehicle shows that it is at it.
#include "dispatch_desk.h"

namespace dray::testing {
namespace {

TEST_F(DispatchTest, AVehicleTakesAsManyOrdersAsItSays) {
    capacity_ = 2;
    report("v1", v1::VEHICLE_STATE_IDLE);
    for (const auto* order : {"o1", "o2", "o3"}) {
        offer(order);
        bid(order, "v1");
    }
    EXPECT_EQ(state("o1"), "awarded");
    EXPECT_EQ(state("o2"), "awarded");
    EXPECT_EQ(state("o3"), "open");
    EXPECT_EQ(desk_.count("SELECT COUNT(DISTINCT slot) FROM awards WHERE state = 'active'"), 2);
    report("v1", v1::VEHICLE_STATE_TO_CUSTOMER, "o1");
    EXPECT_EQ(state("o1"), "delivered");
    bid("o3", "v1");
    EXPECT_EQ(state("o3"), "awarded") << "in the place that o1 has left";
}

TEST_F(DispatchTest, AVehicleWithRoomIsOfferedToWhileItDrives) {
    capacity_ = 2;
    report("v1", v1::VEHICLE_STATE_TO_PICK_UP);
    for (int i = 0; i < 10; ++i) report("v" + std::to_string(i), v1::VEHICLE_STATE_TO_PICK_UP);
    for (int i = 0; i < 30; ++i) offer("o" + std::to_string(i), -1);
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE attempt > 0"), 10);
}

TEST_F(DispatchTest, AVehicleThatFallsSilentLosesItsOrder) {
    offer("o1");
    bid("o1", "v1");
    now_ += options().lease_ms - 1;
    tick();
    EXPECT_EQ(state("o1"), "awarded");
    report("v1", v1::VEHICLE_STATE_TO_PICK_UP);
    now_ += options().lease_ms - 1;
    tick();
    EXPECT_EQ(state("o1"), "awarded") << "it has just been heard of";
    now_ += 1;
    tick();
    EXPECT_EQ(command("v1"), "revoke 1");
    EXPECT_EQ(state("o1"), "open");
}

TEST_F(DispatchTest, AVehicleThatTalksButComesNoFurtherLosesItsOrder) {
    offer("o1");
    bid("o1", "v1");
    for (int half = 0; half < 2; ++half) {
        EXPECT_EQ(state("o1"), "awarded");
        now_ += options().leg_ms / 2;
        report("v1", v1::VEHICLE_STATE_TO_PICK_UP);
        tick();
    }
    EXPECT_EQ(command("v1"), "revoke 1");
}

TEST_F(DispatchTest, PickingUpBeginsANewLeg) {
    offer("o1");
    bid("o1", "v1");
    now_ += options().leg_ms - 1;
    carries("v1", "o1", 1);
    now_ += options().leg_ms - 1;
    report("v1", v1::VEHICLE_STATE_TO_CUSTOMER);
    tick();
    EXPECT_EQ(state("o1"), "awarded");
    now_ += 1;
    tick();
    EXPECT_EQ(state("o1"), "open");
}

TEST_F(DispatchTest, AVehicleThatBreaksDownLosesAllItsOrdersAtOnceAndForGood) {
    capacity_ = 2;
    report("v1", v1::VEHICLE_STATE_IDLE);
    for (const auto* order : {"o1", "o2"}) {
        offer(order);
        bid(order, "v1");
    }
    carries("v1", "o1", 1);
    report("v1", v1::VEHICLE_STATE_BROKEN_DOWN);
    EXPECT_EQ(command("v1"), "revoke 1");
    tick();
    for (const std::string order : {"o1", "o2"}) {
        EXPECT_EQ(state(order), "open");
        ASSERT_EQ(desk_.said("order/ship/10002/" + order).size(), 1U);
        EXPECT_EQ(desk_.said("order/ship/10002/" + order)[0].as<v1::ShipmentOffer>().epoch(), 2U);
    }
    report("v1", v1::VEHICLE_STATE_IDLE);  // mended
    bid("o1", "v1", 2);
    EXPECT_EQ(command("v1"), "lost 2") << "not this vehicle again";
    bid("o1", "v2", 2);
    EXPECT_EQ(command("v2"), "deliver 2");
    offer("o3");
    bid("o3", "v1");
    EXPECT_EQ(command("v1"), "deliver 1") << "but another order";
}

TEST_F(DispatchTest, AVehicleThatStandsBrokenDownIsAwardedNothing) {
    capacity_ = 2;
    report("v1", v1::VEHICLE_STATE_BROKEN_DOWN);
    for (int i = 0; i < 10; ++i) report("w" + std::to_string(i), v1::VEHICLE_STATE_BROKEN_DOWN);
    offer("o1");
    bid("o1", "v1");
    EXPECT_EQ(command("v1"), "lost 1");
    for (int i = 0; i < 30; ++i) offer("p" + std::to_string(i), -1);
    tick();
    EXPECT_EQ(desk_.count("SELECT COUNT(*) FROM orders WHERE attempt > 0"), 4)
        << "blind offers, o1's among them: nobody counts as free";
}

TEST_F(DispatchTest, WhatIsHandedOverIsDeliveredThoughTheVehicleThenBreaksDown) {
    offer("o1");
    bid("o1", "v1");
    report("v1", v1::VEHICLE_STATE_BROKEN_DOWN, "o1");
    EXPECT_EQ(state("o1"), "delivered");
    EXPECT_EQ(command("v1"), "deliver 1");
}

TEST_F(DispatchTest, WhatWasSaidWhileNobodyListenedIsWaitedFor) {
    offer("o1");
    bid("o1", "v1");
    now_ += options().lease_ms + 1;
    restart(options());
    tick();
    EXPECT_EQ(state("o1"), "awarded") << "its word may lie in the queue";
    now_ += options().lease_ms;
    tick();
    EXPECT_EQ(state("o1"), "open");
}

}  // namespace
}  // namespace dray::testing
