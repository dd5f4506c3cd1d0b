#include "services/common/intake.h"

#include <gtest/gtest.h>
#include <soci/soci.h>

#include <memory>

#include "desk.h"
#include "dray/v1/order.pb.h"

namespace dray::testing {
namespace {

using service::Intake;
using service::Message;

service::Settings consume(const char* how) {
    const char* argv[] = {"dray-billing", "--consume", how};
    return service::Settings::load("dray-billing", "", service::common_keys(), 3, argv);
}

Intake::Handler named(std::string& called, const std::string& name) {
    return [&called, name](const Message&) {
        called = name;
        return [](service::Transaction&) {};
    };
}

class IntakeTest : public ::testing::Test {
  protected:
    std::unique_ptr<Intake> intake(const char* how) {
        auto intake = std::make_unique<Intake>(consume(how), "billing");
        intake->add(Intake::Source::kEvents, "order/reserved/+", named(called_, "event"));
        intake->add(Intake::Source::kState, "data/inventory/+", named(called_, "state"));
        return intake;
    }
    std::string called_;
};

TEST_F(IntakeTest, WhatIsSubscribedFollowsTheSetting) {
    using Filters = std::vector<std::string>;
    EXPECT_EQ(intake("subscription")->filters(), (Filters{"order/reserved/+", "data/inventory/+"}));
    EXPECT_EQ(intake("shared")->filters(), (Filters{"$share/billing/order/reserved/+", "data/inventory/+"}));
    EXPECT_EQ(intake("queue")->filters(), (Filters{"$queue/billing", "data/inventory/+"}));
}

TEST_F(IntakeTest, OnlyEventsFromAQueueCanBeGivenBack) {
    const auto billing = intake("queue");
    EXPECT_TRUE(billing->task_for({.topic = "order/reserved/o1", .payload = {}}).from_queue);
    EXPECT_FALSE(billing->task_for({.topic = "data/inventory/ale", .payload = {}}).from_queue);
    EXPECT_FALSE(intake("shared")->task_for({.topic = "order/reserved/o1", .payload = {}}).from_queue);
    EXPECT_FALSE(billing->task_for({.topic = "order/packed/o1", .payload = {}}).is_known);
}

TEST_F(IntakeTest, ALogIsReadOnFromWhereTheDatabaseLeftIt) {
    Desk desk("test", service::kIntakeSchema);
    Intake reporting(consume("queue"), "reporting");
    int read = 0;
    reporting.follow("events", {"order/new/+/+"},
                     [&](service::Transaction&, const Message&, const service::EventHeader&) { ++read; });
    reporting.load_place(desk.database().sql());
    EXPECT_EQ(reporting.filters(), std::vector<std::string>{"$stream/events/earliest"});
    const Message message{.topic = "order/new/60614/o1",
                          .payload = event_of<v1::OrderPlaced>("o1").SerializeAsString(),
                          .user_properties = {{"stream-offset", "41"}}};
    for (int i = 0; i < 2; ++i) desk.run(reporting.task_for(message).work);
    EXPECT_EQ(read, 1) << "what comes again was read before";
    EXPECT_EQ(reporting.filters(), std::vector<std::string>{"$stream/events/42"});
    reporting.load_place(desk.database().sql());
    EXPECT_EQ(reporting.filters(), std::vector<std::string>{"$stream/events/42"});
}

TEST_F(IntakeTest, AWrongWordIsNamedWithItsPlace) {
    try {
        intake("loudly");
        FAIL() << "taken";
    } catch (const service::SettingsError& error) {
        EXPECT_STREQ(error.what(),
                     "--consume: consume must be subscription, shared or queue, not \"loudly\"");
    }
}

}  // namespace
}  // namespace dray::testing
