// The payloads and the command line.
#include "program/messages.h"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "program/ids.h"
#include "program/options.h"
#include "seed.h"

namespace dray {
namespace {

using namespace program;

v1::ShipmentOffer an_offer() {
    v1::ShipmentOffer offer;
    offer.mutable_header()->set_order_id("o1");
    offer.mutable_header()->set_event_id("e1");
    offer.set_epoch(2);
    offer.mutable_pick_up()->set_latitude(41.9);
    offer.mutable_drop_off()->set_longitude(-87.6);
    offer.set_expires_at_ms(5000);
    return offer;
}

std::optional<fleet::Offer> parsed(std::string_view topic, const v1::ShipmentOffer& offer) {
    const std::string payload = offer.SerializeAsString();
    return parse_offer(topic, as_bytes(payload));
}

TEST(Messages, AnOfferIsUnderstood) {
    const auto offer = parsed("order/ship/60614/o1", an_offer());
    ASSERT_TRUE(offer);
    EXPECT_EQ(offer->zip, "60614");
    EXPECT_EQ(offer->order_id, "o1");
    EXPECT_EQ(offer->epoch, 2U);
    EXPECT_EQ(offer->pick_up.latitude, 41.9);
    EXPECT_EQ(offer->drop_off.longitude, -87.6);
    EXPECT_EQ(offer->expires_at.ms, 5000);
    EXPECT_EQ(offer->cause.event_id, "e1");
}

TEST(Messages, AnOfferThatBreaksTheContractIsRefused) {
    EXPECT_FALSE(parsed("order/ship/60614/another", an_offer()));
    EXPECT_FALSE(parsed("order/ship/60614", an_offer()));
    EXPECT_FALSE(parsed("order/ship/60614/o1/more", an_offer()));
    EXPECT_FALSE(parse_offer("order/ship/60614/o1", as_bytes("\x0a\xff nonsense")));
    auto nowhere = an_offer();
    nowhere.mutable_pick_up()->set_latitude(std::numeric_limits<double>::quiet_NaN());
    EXPECT_FALSE(parsed("order/ship/60614/o1", nowhere));
    nowhere.mutable_pick_up()->set_latitude(91);
    EXPECT_FALSE(parsed("order/ship/60614/o1", nowhere));
}

TEST(Messages, AnyBytesAreAnOfferOrNone) {
    std::mt19937_64 random(test::seed());
    silence_protobuf_log();
    const std::string good = an_offer().SerializeAsString();
    for (int i = 0; i < 20000; ++i) {
        std::string bytes = good;
        for (auto changes = random() % 4 + 1; changes > 0; --changes)
            bytes[random() % bytes.size()] = static_cast<char>(random());
        bytes.resize(random() % (bytes.size() + 1));
        parse_offer("order/ship/60614/o1", as_bytes(bytes));
        parse_command(as_bytes(bytes));
    }
}

TEST(Messages, EachCommandIsUnderstood) {
    v1::VehicleCommand command;
    command.mutable_header()->set_order_id("o1");
    const auto parse = [&] {
        const std::string payload = command.SerializeAsString();
        return parse_command(as_bytes(payload));
    };
    EXPECT_FALSE(parse()) << "it commands nothing";
    command.mutable_deliver()->set_epoch(4);
    ASSERT_TRUE(parse() && std::holds_alternative<fleet::Award>(*parse()));
    EXPECT_EQ(std::get<fleet::Award>(*parse()).epoch, 4U);
    command.mutable_bid_lost()->set_epoch(5);
    ASSERT_TRUE(parse() && std::holds_alternative<BidLost>(*parse()));
    EXPECT_EQ(std::get<BidLost>(*parse()).epoch, 5U);
    command.mutable_revoke()->set_epoch(6);
    ASSERT_TRUE(parse() && std::holds_alternative<Revoked>(*parse()));
    command.mutable_header()->clear_order_id();
    EXPECT_FALSE(parse()) << "it names no order";
    command.mutable_deliver()->mutable_header()->set_order_id("o2");
    ASSERT_TRUE(parse());
    EXPECT_EQ(std::get<fleet::Award>(*parse()).order_id, "o2");
}

TEST(Messages, AnOfferThatIsTakenIsNamedByItsTopic) {
    v1::OfferTaken taken;
    taken.set_epoch(3);
    const std::string payload = taken.SerializeAsString();
    const auto parsed = parse_taken("order/ship/60614/o1/taken", as_bytes(payload));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->order_id, "o1");
    EXPECT_EQ(parsed->epoch, 3U);
    for (const char* topic :
         {"order/ship/60614/o1", "order/ship/60614//taken", "order/ship/60614/o1/taken/x"})
        EXPECT_FALSE(parse_taken(topic, as_bytes(payload))) << topic;
    EXPECT_FALSE(parse_taken("order/ship/60614/o1/taken", as_bytes("\xff\xff")));
}

TEST(Messages, ARepeatedBidHasTheSameIdButIsAnEventOfItsOwn) {
    Messages messages;
    const fleet::PlaceBid placed{.order_id = "o1", .zip = "60614", .epoch = 2, .eta_seconds = 90};
    v1::Bid first, second;
    first.ParseFromString(std::string(messages.bid("v0001", placed, 9, Instant{1})));
    second.ParseFromString(std::string(messages.bid("v0001", placed, 9, Instant{2})));
    EXPECT_EQ(first.bid_id(), second.bid_id());
    EXPECT_NE(first.header().event_id(), second.header().event_id());
}

TEST(Messages, AFieldOfTheLastMessageDoesNotLeakIntoTheNext) {
    Messages messages;
    v1::VehicleStatus status;
    messages.status("v0001", {.activity = fleet::Activity::kToCustomer, .order_id = "o1", .epoch = 3}, 1,
                    "60614", Instant{1});
    messages.status("v0001", {.order_id = "o1", .epoch = 3, .delivered = true}, 1, "60614", Instant{1});
    status.ParseFromString(std::string(messages.offline("v0002", "60615", Instant{2})));
    EXPECT_EQ(status.vehicle_id(), "v0002");
    EXPECT_EQ(status.state(), v1::VEHICLE_STATE_OFFLINE);
    EXPECT_EQ(status.header().order_id(), "");
    EXPECT_EQ(status.epoch(), 0U);
    EXPECT_FALSE(status.delivered());
}

TEST(Ids, AreUuidsOfVersion4AndNeverTheSame) {
    Ids ids;
    std::set<std::string> seen;
    for (int i = 0; i < 10000; ++i) {
        const std::string id = ids.uuid();
        ASSERT_EQ(id.size(), 36U);
        ASSERT_EQ(id[14], '4');
        ASSERT_NE(std::string("89ab").find(id[19]), std::string::npos);
        ASSERT_TRUE(seen.insert(id).second);
    }
}

TEST(Ids, ATraceIsContinuedAndABrokenOneBegunAnew) {
    Ids ids;
    const std::string cause = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const std::string answer = ids.traceparent(cause);
    EXPECT_EQ(answer.substr(0, 36), cause.substr(0, 36));
    EXPECT_NE(answer.substr(36, 16), cause.substr(36, 16));
    for (const auto* broken : {"", "00-xyz", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                               "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01"}) {
        const std::string fresh = ids.traceparent(broken);
        EXPECT_EQ(fresh.size(), 55U);
        EXPECT_NE(fresh.substr(3, 32), std::string(32, '0'));
    }
}

TEST(Options, ABrokerUrlIsTakenApart) {
    const auto plain = parse_broker_url("mqtt://broker.example:1884");
    EXPECT_EQ(plain.host, "broker.example");
    EXPECT_EQ(plain.port, 1884);
    EXPECT_EQ(parse_broker_url("mqtt://h/").port, 1883);
    const auto login = parse_broker_url("mqtt://fleet:p@ss:word@[::1]:1885");
    EXPECT_EQ(login.host, "::1");
    EXPECT_EQ(login.port, 1885);
    EXPECT_EQ(login.user_name, "fleet");
    EXPECT_EQ(login.password, "p@ss:word");
}

TEST(Options, AWrongBrokerUrlIsRefused) {
    for (const auto* url : {"", "mqtt://", "http://h", "mqtt://:1883", "mqtt://h:0", "mqtt://h:65536",
                            "mqtt://h:1883x", "mqtt://[::1", "mqtt://h/path", "mqtt://@h"})
        EXPECT_THROW(parse_broker_url(url), std::invalid_argument) << url;
}

}  // namespace
}  // namespace dray
