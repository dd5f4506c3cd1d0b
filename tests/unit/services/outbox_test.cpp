#include "services/common/outbox.h"

#include <gtest/gtest.h>
#include <soci/soci.h>

#include "desk.h"
#include "dray/v1/order.pb.h"

namespace dray::testing {
namespace {

using service::Transaction;

constexpr char kNoSchema[] = "";

void answer(Transaction& tx, const v1::OrderPlaced& placed) {
    v1::OrderReserved reserved;
    reserved.set_zip(placed.zip());
    tx.publish("order/reserved/" + placed.header().order_id(), reserved);
}

TEST(Outbox, WhatIsRolledBackIsNeverSaid) {
    Desk desk("test", kNoSchema);
    const auto placed = event_of<v1::OrderPlaced>("o1");
    EXPECT_THROW(desk.run([&](Transaction& tx) {
        answer(tx, placed);
        throw std::runtime_error("disk on fire");
    }),
                 std::runtime_error);
    EXPECT_TRUE(desk.said().empty());
}

TEST(Outbox, WhatIsToldIsSaidAfterTheCommitAndKeptNowhere) {
    Desk desk("test", kNoSchema);
    const auto tell = [](Transaction& tx) { tx.tell("vehicle/v1/command", v1::OrderCancelled()); };
    EXPECT_THROW(desk.run([&](Transaction& tx) {
        tell(tx);
        throw std::runtime_error("disk on fire");
    }),
                 std::runtime_error);
    EXPECT_TRUE(desk.take_told().empty());
    desk.run(tell);
    EXPECT_EQ(desk.take_told().size(), 1U);
    EXPECT_EQ(desk.count("SELECT COUNT(*) FROM outbox"), 0);
}

TEST(Outbox, AnEventThatComesTwiceIsHandledOnce) {
    Desk desk("test", kNoSchema);
    const auto placed = event_of<v1::OrderPlaced>("o1");
    int handled = 0;
    for (int i = 0; i < 3; ++i) {
        desk.deliver<v1::OrderPlaced>(placed, [&](Transaction& tx, const auto& event) {
            ++handled;
            answer(tx, event);
        });
    }
    EXPECT_EQ(handled, 1);
    EXPECT_EQ(desk.said().size(), 1U);
}

TEST(Outbox, ASecondAskingGetsTheSameAnswerAgain) {
    Desk desk("test", kNoSchema);
    const auto placed = event_of<v1::OrderPlaced>("o1");
    desk.deliver<v1::OrderPlaced>(placed, answer);
    const auto first = desk.said().at(0).as<v1::OrderReserved>();
    desk.broker_has_everything();
    EXPECT_TRUE(desk.said().empty());
    desk.deliver<v1::OrderPlaced>(placed, answer);
    ASSERT_EQ(desk.said().size(), 1U);
    EXPECT_EQ(desk.said()[0].as<v1::OrderReserved>().header().event_id(), first.header().event_id());
}

TEST(Outbox, WhatTheBrokerHasIsMarkedInTheNextTransactionWhenOneFails) {
    Desk desk("test", kNoSchema);
    desk.deliver<v1::OrderPlaced>(event_of<v1::OrderPlaced>("o1"), answer);
    desk.outbox().acknowledged(1);
    EXPECT_THROW(desk.run([&](Transaction&) {
        desk.outbox().settle();
        throw std::runtime_error("a handler failed");
    }),
                 std::runtime_error);
    EXPECT_EQ(desk.said().size(), 1U);
    desk.run([&](Transaction&) { desk.outbox().settle(); });
    EXPECT_TRUE(desk.said().empty());
}

TEST(Outbox, StateAndCommandsAreNotSaidAgain) {
    Desk desk("test", kNoSchema);
    const auto placed = event_of<v1::OrderPlaced>("o1");
    const auto handler = [](Transaction& tx, const v1::OrderPlaced&) {
        tx.publish("data/inventory/ale", v1::StockLevel(), {.retained = true});
        tx.publish("vehicle/v1/command", v1::OrderCancelled(), {.once = true});
    };
    desk.deliver<v1::OrderPlaced>(placed, handler);
    EXPECT_EQ(desk.said().size(), 2U);
    desk.broker_has_everything();
    desk.deliver<v1::OrderPlaced>(placed, handler);
    EXPECT_TRUE(desk.said().empty());
}

TEST(Outbox, AnAnswerCanBeTiedToAnEarlierQuestion) {
    Desk desk("test", kNoSchema);
    const auto placed = event_of<v1::OrderPlaced>("o1");
    const auto later = event_of<v1::PaymentTaken>("o1");
    desk.deliver<v1::OrderPlaced>(placed, [](Transaction&, const auto&) {});
    desk.deliver<v1::PaymentTaken>(later, [&](Transaction& tx, const auto&) {
        tx.publish("order/award/o1", v1::OrderDelivered(), {.repeat_with = placed.header().event_id()});
    });
    desk.broker_has_everything();
    desk.deliver<v1::OrderPlaced>(placed, answer);
    EXPECT_EQ(desk.said("order/award/+").size(), 1U);
}

TEST(Database, ANewerSchemaIsRefused) {
    const auto file = std::filesystem::temp_directory_path() / ("dray-" + service::new_uuid() + ".db");
    const service::Migrations one{"own", {"CREATE TABLE a (x INT)"}};
    const service::Migrations two{"own", {"CREATE TABLE a (x INT)", "CREATE TABLE b (x INT)"}};
    { const service::Database first({.file = file}, {one}); }
    { const service::Database second({.file = file}, {two}); }  // only the step that is new
    EXPECT_NO_THROW(service::Database({.file = file}, {two}));
    EXPECT_THROW(service::Database({.file = file}, {one}), std::runtime_error);
    std::filesystem::remove(file);
}

TEST(Database, AMigrationThatFailsLeavesNothing) {
    const auto file = std::filesystem::temp_directory_path() / ("dray-" + service::new_uuid() + ".db");
    EXPECT_THROW(service::Database({.file = file}, {{"own", {"CREATE TABLE a (x INT); CREATE TABEL b"}}}),
                 std::runtime_error);
    EXPECT_NO_THROW(service::Database({.file = file}, {{"own", {"CREATE TABLE a (x INT)"}}}));
    std::filesystem::remove(file);
}

// Two instances on one file: each publishes what is its own, in an order that both agree on.
TEST(Outbox, WhatAnInstanceLeftUnsentIsAdoptedByAnother) {
    Desk desk("test", kNoSchema);
    service::Bus bus({.broker = "mqtt://127.0.0.1:1", .client_id = "other"}, {});
    service::Outbox other(desk.database().sql(), bus, "other");
    desk.deliver<v1::OrderPlaced>(event_of<v1::OrderPlaced>("o1"), answer);
    const std::string owned = "SELECT COUNT(*) FROM outbox WHERE owner = 'other'";
    desk.run([&](Transaction&) { other.adopt(); });
    EXPECT_EQ(desk.count(owned), 0) << "it may be about to publish it itself";
    desk.run([&](Transaction& tx) { tx.sql() << "UPDATE outbox SET added_at_ms = added_at_ms - 60000"; });
    desk.run([&](Transaction&) { other.adopt(); });
    EXPECT_EQ(desk.count(owned), 1);
    desk.deliver<v1::OrderPlaced>(event_of<v1::OrderPlaced>("o2"), answer);
    EXPECT_EQ(desk.count("SELECT MAX(id) FROM outbox"), 3) << "numbers are never given twice";
}

TEST(Database, AFileThatCannotBeWrittenIsNamed) {
    try {
        const service::Database database({.file = "/proc/nowhere/x.db"}, {});
        FAIL() << "opened";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string(error.what()).find("/proc/nowhere/x.db"), std::string::npos) << error.what();
    }
}

}  // namespace
}  // namespace dray::testing
