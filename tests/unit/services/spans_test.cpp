// Spans of orders: who is whose child, what is no span, and the form in which a collector gets them.
#include "services/common/spans.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "desk.h"
#include "dray/v1/dispatch.pb.h"
#include "dray/v1/order.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "services/common/otlp_exporter.h"
#include "services/common/otlp_json.h"

namespace dray::service {
namespace {

using testing::Desk;
using testing::event_of;

// One service's transactions, with what became of them as spans.
class Traced {
  public:
    explicit Traced(const std::string& name)
        : desk_(name, std::vector<std::string>()), book_(name), name_(name) {}

    template <class Work>
    std::vector<Span> run(Work work) {
        desk_.database().begin();
        {
            Transaction tx(desk_.database().sql(), desk_.outbox(), name_, &book_);
            work(tx);
        }
        desk_.database().commit();
        return book_.committed();
    }
    SpanBook& book() { return book_; }

  private:
    Desk desk_;
    SpanBook book_;
    std::string name_;
};

const Span& named(const std::vector<Span>& spans, const std::string& name) {
    const auto found = std::ranges::find(spans, name, &Span::name);
    if (found == spans.end()) throw std::runtime_error("no span " + name);
    return *found;
}

TEST(Spans, AnAnswerIsTheChildOfItsHandlingWhichIsTheChildOfItsCause) {
    Traced inventory("dray-inventory");
    const auto placed = event_of<v1::OrderPlaced>("o1");
    const auto spans = inventory.run([&](Transaction& tx) {
        tx.handles(placed.header(), "OrderPlaced", "order/new/60614/o1");
        ASSERT_TRUE(tx.first_time(placed.header()));
        tx.publish("order/reserved/o1", v1::OrderReserved());
    });
    ASSERT_EQ(spans.size(), 2U);
    const Span& handling = named(spans, "handle OrderPlaced");
    const Span& answer = named(spans, "OrderReserved");
    EXPECT_EQ(handling.parent_id, span_of(placed.header().traceparent()));
    EXPECT_EQ(handling.kind, Span::Kind::kConsumer);
    EXPECT_EQ(answer.parent_id, handling.span_id);
    for (const Span& span : spans) {
        EXPECT_EQ(span.trace_id, trace_of(placed.header().traceparent()));
        EXPECT_EQ(span.service, "dray-inventory");
        EXPECT_LE(span.start_ns, span.end_ns);
        EXPECT_NE(
            std::ranges::find(span.attributes, std::pair<std::string, std::string>("dray.order_id", "o1")),
            span.attributes.end());
    }
}

TEST(Spans, WhatBeginsAStoryHasNoParentAndWhatATimerSaysIsTheChildOfItsCause) {
    Traced store("dray-store");
    v1::OrderPlaced placed;
    placed.mutable_header()->set_order_id("o1");
    const auto first = store.run([&](Transaction& tx) { tx.publish("order/new/60614/o1", placed); });
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(first[0].parent_id, "");

    const auto cause = event_of<v1::ShipmentOffer>("o1");
    const auto later = store.run([&](Transaction& tx) {
        tx.answer_to(cause.header());
        tx.publish("order/award/o1", v1::Award());
    });
    ASSERT_EQ(later.size(), 1U);
    EXPECT_EQ(later[0].parent_id, span_of(cause.header().traceparent()));
}

TEST(Spans, WhatComesAgainOrIsOfNoOrderOrWasRolledBackIsNone) {
    Traced service("dray-test");
    const auto placed = event_of<v1::OrderPlaced>("o1");
    const auto handle = [](const auto& event) {
        return [&event](Transaction& tx) {
            tx.handles(event.header(), "OrderPlaced", "order/new/60614/o1");
            tx.first_time(event.header());
        };
    };
    EXPECT_EQ(service.run(handle(placed)).size(), 1U);
    EXPECT_EQ(service.run(handle(placed)).size(), 0U);
    const auto idle = event_of<v1::VehicleStatus>("");
    EXPECT_EQ(service.run(handle(idle)).size(), 0U);
    const auto bid = event_of<v1::Bid>("o1");  // one of many, of which nothing followed
    EXPECT_EQ(service.run([&](Transaction& tx) { tx.handles(bid.header(), "Bid", "order/bid/60614/o1/v1"); })
                  .size(),
              0U);

    service.run([&](Transaction& tx) {
        tx.publish("order/new/60614/o2", event_of<v1::OrderPlaced>("o2"));
        service.book().rolled_back();
    });
    EXPECT_TRUE(service.book().committed().empty());
}

TEST(Spans, WhatAVehicleSaidIsToldByWhoeverHandlesIt) {
    Traced logistics("dray-logistics");
    const auto command = event_of<v1::VehicleCommand>("o1");
    v1::VehicleStatus status;
    status.mutable_header()->set_traceparent("00-" + trace_of(command.header().traceparent()) +
                                             "-00000000000000ab-01");
    complete_header(*status.mutable_header(), command.header(), "dray-fleet");
    const auto spans = logistics.run([&](Transaction& tx) {
        tx.handles(status.header(), "VehicleStatus", "vehicle/v1/status");
        tx.first_time(status.header());
    });
    ASSERT_EQ(spans.size(), 2U);
    const Span& said = named(spans, "VehicleStatus");
    EXPECT_EQ(said.service, "dray-fleet");
    EXPECT_EQ(said.span_id, "00000000000000ab");
    EXPECT_EQ(said.parent_id, span_of(command.header().traceparent()));
    EXPECT_EQ(named(spans, "handle VehicleStatus").parent_id, said.span_id);
}

TEST(Spans, AnEventThatIsSaidToSeveralTopicsIsOneSpan) {
    Traced logistics("dray-logistics");
    const auto offer = event_of<v1::ShipmentOffer>("o1");
    const auto spans = logistics.run([&](Transaction& tx) {
        for (const char* zip : {"60614", "60615"}) tx.tell("order/ship/" + std::string(zip) + "/o1", offer);
    });
    EXPECT_EQ(spans.size(), 1U);
}

TEST(OtlpJson, IsWhatACollectorTakes) {
    Span span{.trace_id = std::string(31, '0') + "1",
              .span_id = "00000000000000ab",
              .parent_id = "",
              .service = "dray-store",
              .name = "OrderPlaced",
              .kind = Span::Kind::kProducer,
              .start_ns = 1'700'000'000'123'456'789,
              .end_ns = 1'700'000'000'123'456'790,
              .attributes = {{"dray.order_id", "o1"}}};
    Span of_fleet = span;
    of_fleet.service = "dray-fleet";
    of_fleet.parent_id = span.span_id;
    const auto json = nlohmann::json::parse(to_otlp_json({span, of_fleet}, "dray-store", "dray-store-2"));
    ASSERT_EQ(json["resourceSpans"].size(), 2U);
    const auto& fleet = json["resourceSpans"][0];
    const auto& store = json["resourceSpans"][1];
    EXPECT_EQ(store["resource"]["attributes"], nlohmann::json::parse(R"([
        {"key": "service.name", "value": {"stringValue": "dray-store"}},
        {"key": "service.namespace", "value": {"stringValue": "dray"}},
        {"key": "service.instance.id", "value": {"stringValue": "dray-store-2"}}])"));
    EXPECT_EQ(store["scopeSpans"][0]["spans"], nlohmann::json::parse(R"([{
        "traceId": "00000000000000000000000000000001", "spanId": "00000000000000ab", "name": "OrderPlaced", "kind": 4,
        "startTimeUnixNano": "1700000000123456789", "endTimeUnixNano": "1700000000123456790",
        "attributes": [{"key": "dray.order_id", "value": {"stringValue": "o1"}}], "status": {}}])"));
    EXPECT_EQ(fleet["resource"]["attributes"].size(), 2U);
    EXPECT_EQ(fleet["scopeSpans"][0]["spans"][0]["parentSpanId"], "00000000000000ab");
}

TEST(OtlpJson, ACollectorSaysHowManyItRejects) {
    EXPECT_EQ(rejected_spans(R"({"partialSuccess": {"rejectedSpans": "3", "errorMessage": "no"}})"), 3U);
    EXPECT_EQ(rejected_spans(R"({"partialSuccess": {"rejectedSpans": 3}})"), 3U);
    for (const char* none : {"", "{}", "[]", R"({"partialSuccess": {}})", R"({"partialSuccess": 1})"})
        EXPECT_EQ(rejected_spans(none), 0U) << none;
}

Settings settings_with(const std::string& endpoint) {
    const std::string option = "--otlp-endpoint=" + endpoint;
    const char* argv[] = {"dray-test", option.c_str()};
    return Settings::load("dray-test", "", common_keys(), endpoint.empty() ? 1 : 2, argv);
}

TEST(OtlpEndpoint, IsAnHttpAddressOrNone) {
    EXPECT_FALSE(otlp_endpoint(settings_with("")));
    const auto plain = otlp_endpoint(settings_with("http://collector:4318"));
    EXPECT_EQ(plain->host + ' ' + plain->port + ' ' + plain->target, "collector 4318 /v1/traces");
    const auto with_path = otlp_endpoint(settings_with("http://[::1]/otlp/"));
    EXPECT_EQ(with_path->host + ' ' + with_path->port + ' ' + with_path->target, "::1 80 /otlp/v1/traces");
    for (const char* wrong : {"collector:4318", "https://collector", "http://", "http://:4318",
                              "http://c:port", "http://c:", "http://u@c:1", "http://c/?x"})
        EXPECT_THROW(otlp_endpoint(settings_with(wrong)), SettingsError) << wrong;
}

TEST(OtlpEndpoint, TheUsualVariableNamesItWhereTheSettingDoesNot) {
    ::setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://usual:1", 1);
    const auto usual = otlp_endpoint(settings_with(""));
    const auto own = otlp_endpoint(settings_with("http://own:2"));
    ::unsetenv("OTEL_EXPORTER_OTLP_ENDPOINT");
    EXPECT_EQ(usual->host, "usual");
    EXPECT_EQ(own->host, "own");
}

TEST(OtlpExporter, TakesNoMoreThanItsQueueAndCountsTheRest) {
    OtlpExporter exporter({.host = "127.0.0.1", .port = "1", .target = "/v1/traces"}, "dray-test",
                          "dray-test");
    exporter.offer(std::vector<Span>(OtlpExporter::kQueueMax + 7));  // it has not started
    EXPECT_EQ(exporter.figures().queue_full, 7U);
    exporter.start();
    exporter.stop();  // nobody is at that port
    EXPECT_EQ(exporter.figures().unreachable, OtlpExporter::kQueueMax);
    EXPECT_EQ(exporter.figures().exported, 0U);
}

}  // namespace
}  // namespace dray::service
