// Reactors that act for each other while one of them sleeps.
#include "two_shards.h"

namespace dray::reactor {
namespace {

class StandIn : public TwoShards {};

TEST_F(StandIn, ALoneMessageForASleeperIsWrittenByItsSendersThread) {
    do {
        publish_to(1, 1);
        all_is_written();
    } while (clients[1].writer() != "drayd/0");  // or the test's deadline ends it
}

TEST_F(StandIn, ManyMessagesWakeTheirReceiver) {
    for (int round = 0; round < 20; ++round) {
        publish_to(1, 100);
        all_is_written();
        EXPECT_EQ(clients[1].writer(), "drayd/1");
    }
}

TEST_F(StandIn, NothingIsLostWhileBothActForEachOther) {
    for (int round = 0; round < 5000; ++round) {
        publish_to(0, 1);
        publish_to(1, 1);
        if (round % 10 == 0) all_is_written();  // so that both fall asleep now and then
    }
    all_is_written();
}

}  // namespace
}  // namespace dray::reactor
