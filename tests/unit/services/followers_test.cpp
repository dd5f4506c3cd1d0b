// The services that follow the story: packing, CRM, reporting, privacy.
#include <gtest/gtest.h>
#include <soci/soci.h>

#include <nlohmann/json.hpp>

#include "desk.h"
#include "services/crm/letters.h"
#include "services/packing/bench.h"
#include "services/privacy/requests.h"
#include "services/reporting/read_model.h"

namespace dray::testing {
namespace {

using service::Transaction;

class PackingTest : public ::testing::Test {
  protected:
    void reserve(std::uint32_t bottles) {
        auto event = event_of<v1::OrderReserved>("o1");
        event.add_items()->set_quantity(bottles);
        desk_.deliver<v1::OrderReserved>(event, packing::reserved);
    }
    void pay() { desk_.deliver<v1::PaymentTaken>(event_of<v1::PaymentTaken>("o1"), packing::paid); }
    void cancel() {
        desk_.deliver<v1::OrderCancelled>(event_of<v1::OrderCancelled>("o1"), packing::cancelled);
    }
    Desk desk_{"dray-packing", packing::kSchema};
};

TEST_F(PackingTest, AParcelIsPackedOnceWhateverComesFirst) {
    pay();
    EXPECT_TRUE(desk_.said().empty());
    reserve(25);
    ASSERT_EQ(desk_.said("order/packed/o1").size(), 1U);
    EXPECT_EQ(desk_.said()[0].as<v1::OrderPacked>().parcels(), 2U);
    pay();
    reserve(25);
    EXPECT_EQ(desk_.said().size(), 1U);
}

TEST_F(PackingTest, WhatIsCancelledIsNotPacked) {
    reserve(1);
    cancel();
    pay();
    EXPECT_TRUE(desk_.said().empty());
}

class CrmTest : public ::testing::Test {
  protected:
    void place(const std::string& order, const std::string& customer) {
        auto event = event_of<v1::OrderPlaced>(order);
        event.set_customer_id(customer);
        desk_.deliver<v1::OrderPlaced>(event, crm::placed);
    }
    v1::PrivacyAnswer ask(v1::PrivacyKind kind, const std::string& customer) {
        v1::PrivacyRequest request;
        request.set_request_id("r1");
        request.set_kind(kind);
        request.set_customer_id(customer);
        v1::PrivacyAnswer answer;
        desk_.run([&](Transaction& tx) {
            answer = service::answer_privacy_request(tx, request, crm::personal_data());
        });
        return answer;
    }
    Desk desk_{"dray-crm", crm::kSchema};
};

TEST_F(CrmTest, OnlyWhoSaidHowToBeReachedIsTold) {
    place("o1", "ada");
    place("o2", "");
    desk_.run([](Transaction& tx) {
        crm::tell(tx, "o1", "delivered");
        crm::tell(tx, "o2", "delivered");
    });
    EXPECT_EQ(desk_.said("customer/message/o1").size(), 2U);
    EXPECT_TRUE(desk_.said("customer/message/o2").empty());
}

TEST_F(CrmTest, WhatIsKnownIsShownAndThenForgotten) {
    place("o1", "ada");
    place("o2", "bob");
    const auto shown = ask(v1::PRIVACY_KIND_MY_DATA, "ada");
    EXPECT_EQ(shown.records(), 1U);
    EXPECT_EQ(nlohmann::json::parse(shown.data_json())[0]["order_id"], "o1");
    EXPECT_EQ(ask(v1::PRIVACY_KIND_FORGET_ME, "ada").records(), 2U);  // a message and the customer
    EXPECT_EQ(ask(v1::PRIVACY_KIND_MY_DATA, "ada").records(), 0U);
    EXPECT_EQ(ask(v1::PRIVACY_KIND_MY_DATA, "bob").records(), 1U);
}

class PrivacyTest : public ::testing::Test {
  protected:
    std::string ask() {
        std::string id;
        desk_.run([&](Transaction& tx) { id = requests_.ask(tx, "ada", v1::PRIVACY_KIND_MY_DATA); });
        return id;
    }
    void answer(const std::string& id, const std::string& service) {
        auto event = event_of<v1::PrivacyAnswer>("");
        event.set_request_id(id);
        event.set_service(service);
        event.set_data_json("[]");
        desk_.deliver<v1::PrivacyAnswer>(event,
                                         [&](Transaction& tx, const auto& e) { requests_.answered(tx, e); });
    }
    nlohmann::json show(const std::string& id) {
        nlohmann::json shown;
        desk_.run([&](Transaction& tx) { shown = requests_.show(tx, id).value_or(nullptr); });
        return shown;
    }
    void deadline_passes() {
        desk_.run([](Transaction& tx) { tx.sql() << "UPDATE requests SET deadline_ms = 0"; });
        desk_.run([&](Transaction& tx) { requests_.report_late(tx); });
    }
    Desk desk_{"dray-privacy", privacy::kSchema};
    privacy::Requests requests_{{.participants = {"dray-crm", "dray-store"}, .deadline_ms = 60'000}};
};

TEST_F(PrivacyTest, TheReportWaitsForAll) {
    const auto id = ask();
    answer(id, "dray-crm");
    answer(id, "dray-crm");
    EXPECT_EQ(show(id)["state"], "waiting");
    EXPECT_EQ(show(id)["missing"], nlohmann::json({"dray-store"}));
    EXPECT_TRUE(desk_.said("privacy/report/+").empty());
    answer(id, "dray-store");
    EXPECT_EQ(show(id)["state"], "complete");
    deadline_passes();
    ASSERT_EQ(desk_.said("privacy/report/" + id).size(), 1U);
    EXPECT_EQ(desk_.said("privacy/report/+")[0].as<v1::PrivacyReport>().missing_size(), 0);
}

TEST_F(PrivacyTest, AtTheDeadlineTheReportNamesWhoDidNotAnswer) {
    const auto id = ask();
    answer(id, "dray-crm");
    deadline_passes();
    const auto said = desk_.said("privacy/report/" + id);
    ASSERT_EQ(said.size(), 1U);
    const auto report = said[0].as<v1::PrivacyReport>();
    ASSERT_EQ(report.missing_size(), 1);
    EXPECT_EQ(report.missing(0), "dray-store");
    answer(id, "dray-store");  // late: noted, but the report has gone out
    EXPECT_EQ(show(id)["state"], "incomplete");
    EXPECT_TRUE(show(id)["missing"].empty());
    EXPECT_EQ(desk_.said("privacy/report/+").size(), 1U);
}

class ReportingTest : public ::testing::Test {
  protected:
    template <class Event>
    void happens(const std::string& topic, std::int64_t at_ms, Event event = {}) {
        event.mutable_header()->set_order_id("o1");
        event.mutable_header()->set_occurred_at_ms(at_ms);
        service::complete_header(*event.mutable_header(), {}, "test");
        const service::Message message{.topic = topic, .payload = event.SerializeAsString()};
        desk_.run([&](Transaction& tx) {
            reporting::read(tx, message, event.header());
            reporting::read(tx, message, event.header());  // a log may be read twice
        });
    }
    Desk desk_{"dray-reporting", reporting::kSchema};
};

TEST_F(ReportingTest, TheStoryAndTheTotalsComeFromEventsInAnyOrder) {
    v1::PaymentTaken payment;
    payment.set_amount_cents(1500);
    happens<v1::OrderDelivered>("order/delivered/o1", 61'000);
    happens<v1::PaymentTaken>("payment/paid/o1", 2'000, payment);
    happens<v1::OrderPlaced>("order/new/60614/o1", 1'000);
    desk_.run([](Transaction& tx) {
        const auto story = reporting::timeline(tx, "o1");
        ASSERT_EQ(story.size(), 3U);
        EXPECT_EQ(story[0]["event"], "order/new");
        EXPECT_EQ(story[2]["event"], "order/delivered");
        const auto totals = reporting::totals(tx);
        EXPECT_EQ(totals["orders"], 1);
        EXPECT_EQ(totals["delivered"], 1);
        EXPECT_EQ(totals["taken_cents"], 1500);
        EXPECT_EQ(totals["to_door_seconds"]["p50"], 60);
    });
}

}  // namespace
}  // namespace dray::testing
