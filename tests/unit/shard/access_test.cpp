// What access rules guard, packet by packet. The rules themselves: tests/unit/auth/access_rules_test.cpp.
#include "auth/access_rules.h"
#include "auth/authenticator.h"
#include "auth/current_access_rules.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

auth::AccessRole role(std::string user, std::vector<std::string> publish, std::vector<std::string> subscribe,
                      std::vector<std::string> deny_subscribe = {}) {
    auth::AccessRole result;
    result.name = user;
    result.anonymous = user.empty();
    result.users = {std::move(user)};
    result.publish = std::move(publish);
    result.subscribe = std::move(subscribe);
    result.deny_subscribe = std::move(deny_subscribe);
    return result;
}

class Access : public EachShardCount {
  protected:
    WorldOptions guarded() const {
        WorldOptions result = options();
        result.access = &rules_;
        result.auth = &authenticator_;
        shard::QueueOptions queue;
        queue.filters = {"job/#"};
        for (const char* name : {"jobs", "other"}) {
            queue.name = name;
            result.queues.push_back(queue);
        }
        shard::StreamOptions stream;
        stream.filters = {"a/#"};
        for (const char* name : {"events", "other"}) {
            stream.name = name;
            result.streams.push_back(stream);
        }
        return result;
    }

  private:
    // Anonymous clients: the broker's owner, who may do what the tests need. "reader" is the one with rules.
    auth::AccessRules rules_{
        {role("", {"#"}, {"#", "$queue/#", "$stream/#"}),
         role("reader", {"r/#"}, {"a/#", "$queue/jobs", "$stream/events"}, {"a/secret/#"}),
         role("other", {}, {"job/#", "a/#"})}};
    auth::Authenticator authenticator_{{{"reader", auth::ScramVerifier::make("x", "salt", 4096)},
                                        {"other", auth::ScramVerifier::make("x", "salt", 4096)}}};
};
INSTANTIATE_TEST_SUITE_P(Each, Access, testing::Values(1, 2, 4), shard_count_name);

mqtt::Connect connect_as(std::string_view user, ProtocolVersion version, bool keeps = false) {
    mqtt::Connect packet = keeps ? connect_again("c", version) : connect("c", version);
    packet.user_name = user;
    packet.password = as_bytes("x");
    return packet;
}

Client& reader(World& world, ProtocolVersion version = kV5) {
    return world.client("reader").sends(connect_as("reader", version)).gets(connack());
}

Client& owner(World& world) {
    return world.client("owner").sends(connect("owner", kV5)).gets(connack());
}

std::uint64_t not_allowed(const World& world) {
    return world.books().discarded[static_cast<std::size_t>(shard::Discard::kNotAllowed)];
}

TEST_P(Access, APublishThatIsNotAllowedIsRefusedAndCounted) {
    World world(guarded());
    Client& watcher = owner(world).sends(subscribe(1, "#", 2)).gets(suback(1, 2));
    Client& client = reader(world);
    client.sends(publish("a/1", "x", 1, 1)).gets(puback(1, ReasonCode::kNotAuthorized));
    client.sends(publish("a/1", "x", 2, 2)).gets(pubrec(2, ReasonCode::kNotAuthorized));
    client.sends(publish("a/1", "x")).gets_nothing().is_open();
    client.sends(retained(publish("a/1", "x", 1, 3))).gets(puback(3, ReasonCode::kNotAuthorized));
    client.sends(publish("$delayed/1/a/1", "x", 1, 4)).gets(puback(4, ReasonCode::kNotAuthorized));
    world.advance(2s);
    watcher.gets_nothing();
    EXPECT_EQ(world.statistics().publishes_forbidden, 5u);
    EXPECT_EQ(world.statistics().publishes_refused, 5u);
    EXPECT_EQ(world.statistics().retained, 0u);
    client.sends(publish("r/1", "x", 1, 5)).gets(puback(5));
    watcher.gets(publish("r/1", "x", 1, 1));
    client.sends(publish("$delayed/1/r/2", "x", 1, 6)).gets(puback(6));
}

TEST_P(Access, BeforeVersion5ItIsAcknowledgedAndGoesNowhere) {
    World world(guarded());
    Client& watcher = owner(world).sends(subscribe(1, "#", 1)).gets(suback(1, 1));
    Client& client = reader(world, ProtocolVersion::kV311);
    client.sends(publish("a/1", "x", 1, 1)).gets(puback(1));
    client.sends(publish("a/1", "x", 2, 2)).gets(pubrec(2)).sends(pubrel(2)).gets(pubcomp(2));
    watcher.gets_nothing();
    EXPECT_EQ(world.statistics().publishes_forbidden, 2u);
    EXPECT_EQ(world.books().matched, 0u);
}

TEST_P(Access, ATopicAliasHidesNothing) {
    World world(guarded());
    Client& client = reader(world);
    const auto list = mqtt::PropertyList().add(mqtt::PropertyId::kTopicAlias, 1U);
    mqtt::Publish packet = publish("a/1", "x", 1, 1);
    packet.properties = list.view();
    client.sends(packet).gets(puback(1, ReasonCode::kNotAuthorized));
    packet.topic = {};
    client.sends(packet).gets(puback(1, ReasonCode::kNotAuthorized));
}

TEST_P(Access, AFilterThatIsNotAllowedIsRefused) {
    World world(guarded());
    Client& client = reader(world);
    for (const char* filter :
         {"#", "vehicle/#", "+/1", "a/secret/#", "$share/g/vehicle/#", "$share/g/#", "$queue/other",
          "$stream/other", "$stream/other/earliest/a/#", "$stream/events/earliest/b/#", "$stream/events/0/#",
          "$queue/no-such", "$stream/no-such"}) {
        client.sends(subscribe(1, filter, 1)).gets(suback(1, kForbidden));
    }
    EXPECT_EQ(world.statistics().subscribes_forbidden, 13u);
    EXPECT_EQ(world.statistics().subscriptions, 0u);
    for (const char* filter :
         {"a/#", "$share/g/a/+", "$queue/jobs", "$stream/events/earliest/a/#", "$stream/events"}) {
        client.sends(subscribe(1, filter, 1)).gets(suback(1, 1));
    }
    world.client("old").sends(connect_as("reader", ProtocolVersion::kV311)).gets(connack());
    world.client("old").sends(subscribe(1, "#", 1)).gets(suback(1, 0x80));
}

TEST_P(Access, WhatIsDeniedWithinAGrantedFilterIsKeptBackAndCounted) {
    World world(guarded());
    Client& publisher = owner(world);
    publisher.sends(retained(publish("a/secret/0", "x"))).sends(retained(publish("a/open", "x")));
    Client& client = reader(world).sends(subscribe(1, "a/#", 1)).gets(suback(1, 1));
    client.gets(retained(publish("a/open", "x")));
    for (int qos = 0; qos < 3; ++qos) {
        publisher.sends(publish("a/secret/1", "x", qos, qos));
        publisher.takes_all();
        client.gets_nothing();
    }
    EXPECT_EQ(not_allowed(world), 4u);
    publisher.sends(publish("a/2", "x"));
    client.gets(publish("a/2", "x"));
}

TEST_P(Access, AStreamGivesWhatItsReaderMayHave) {
    World world(guarded());
    Client& publisher = owner(world);
    publisher.sends(publish("a/1", "x")).sends(publish("a/secret/1", "x")).sends(publish("a/2", "x"));
    Client& client = reader(world, ProtocolVersion::kV311);
    client.sends(subscribe(1, "$stream/events/earliest", 0)).gets(suback(1, 0));
    client.gets(publish("a/1", "x")).gets(publish("a/2", "x")).gets_nothing();
    EXPECT_EQ(not_allowed(world), 1u);
}

TEST_P(Access, AQueueGivesAllToWhoeverMayConsumeIt) {
    World world(guarded());
    owner(world).sends(publish("job/1", "x", 1, 1)).gets(puback(1));
    Client& client = reader(world).sends(subscribe(1, "$queue/jobs", 1)).gets(suback(1, 1));
    client.gets(publish("job/1", "x", 1, 1));
    EXPECT_EQ(not_allowed(world), 0u);
}

TEST_P(Access, AWillThatIsNotAllowedKeepsItsClientOut) {
    World world(guarded());
    for (const auto version : {ProtocolVersion::kV311, kV5}) {
        mqtt::Connect packet = connect_as("reader", version);
        packet.will.emplace();
        packet.will->topic = "a/gone";
        world.client("c").sends(packet).gets(connack(false, ReasonCode::kNotAuthorized)).is_closed();
        packet.will->topic = "r/gone";
        world.client("c").sends(packet).gets(connack());
        world.client("c").drops();
    }
}

TEST_P(Access, AWillThatIsNotAllowedAnyMoreIsNotPublished) {
    WorldOptions changing = guarded();
    const auto rules = [](const char* writable) {
        return std::make_shared<const auth::AccessRules>(
            std::vector<auth::AccessRole>{role("", {"#"}, {"#"}), role("reader", {writable}, {})});
    };
    auth::CurrentAccessRules current(rules("w/#"));
    changing.access = &current;
    World world(changing);
    Client& watcher = owner(world).sends(subscribe(1, "w/#", 0)).gets(suback(1, 0));
    mqtt::Connect packet = connect_as("reader", kV5);
    packet.will.emplace();
    packet.will->topic = "w/gone";
    world.client("c").sends(packet).gets(connack());
    current.replace(rules("other/#"));
    world.client("c").drops();
    watcher.gets_nothing();
    EXPECT_EQ(world.statistics().publishes_forbidden, 1u);
    current.replace(rules("w/#"));
    world.client("c").sends(packet).gets(connack());
    world.client("c").drops();
    watcher.gets(publish("w/gone", ""));
}

TEST_P(Access, AShareGivesWhatItsMemberMayHave) {
    World world(guarded());
    Client& publisher = owner(world);
    Client& client = reader(world).sends(subscribe(1, "$share/g/a/#", 1)).gets(suback(1, 1));
    for (int qos = 0; qos < 2; ++qos) {
        publisher.sends(publish("a/secret/1", "x", qos, qos));
        publisher.takes_all();
        client.gets_nothing();
    }
    EXPECT_EQ(not_allowed(world), 2u);
    publisher.sends(publish("a/1", "x"));
    client.gets(publish("a/1", "x"));
}

TEST_P(Access, AUserNameThatNobodyHasProvenCountsForNothing) {
    WorldOptions without_passwords = guarded();
    without_passwords.auth = nullptr;
    World world(without_passwords);
    Client& client = world.client("c").sends(connect_as("other", kV5)).gets(connack());
    client.sends(publish("any", "x", 1, 1)).gets(puback(1, ReasonCode::kNoMatchingSubscribers));
}

// Of a customer who may see one order, until 1010 s: {"sub":"ann","exp":1010,"order":"7"}, HS256.
constexpr std::string_view kSecret = "a secret of at least 32 bytes, for the tests";
constexpr std::string_view kToken =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4iLCJleHAiOjEwMTAsIm9yZGVyIjoiNyJ9."
    "fmbvAdaUY4sEouEZoRfHij3cc4tkLaqUqcamPagQ6Jw";

TEST_P(Access, ATokenShowsOneOrderAndEndsTheConnectionInTime) {
    auth::AccessRole customer;
    customer.claims = {"order"};
    customer.subscribe = {"order/+/%{order}", "order/track/%{order}"};
    const auth::AccessRules rules({customer});
    const auth::Authenticator authenticator(
        {}, {auth::TokenOptions{std::move(*auth::TokenKeys::parse(kSecret)), "", ""}});
    WorldOptions with_tokens = options();
    with_tokens.access = &rules;
    with_tokens.auth = &authenticator;
    with_tokens.allow_anonymous = false;
    World world(with_tokens);
    for (const auto version : {ProtocolVersion::kV311, kV5}) {
        mqtt::Connect packet = connect("c", version);
        packet.user_name = "page";
        packet.password = as_bytes(kToken);
        Client& client = world.client("c").sends(packet).gets(connack());
        for (const char* filter : {"order/+/7", "order/track/7", "order/delivered/7"})
            client.sends(subscribe(1, filter, 1)).gets(suback(1, 1));
        for (const char* filter : {"order/+/8", "order/track/8", "order/+/+", "order/#", "vehicle/#", "#"})
            client.sends(subscribe(1, filter, 1)).gets(suback(1, version == kV5 ? kForbidden : 0x80));
        if (version == kV5) world.advance(9s);
        client.is_open();
        if (version != kV5) client.drops();
    }
    world.advance(2s);
    world.client("c").gets(disconnect(ReasonCode::kNotAuthorized)).is_closed();
    mqtt::Connect late = connect("c", kV5);
    late.password = as_bytes(kToken);
    world.client("c").sends(late).gets(connack(false, ReasonCode::kBadUserNameOrPassword)).is_closed();
}

TEST_P(Access, ASessionIsNotForAnotherUser) {
    World world(guarded());
    Client& first = world.client("c").sends(connect_as("reader", kV5, true)).gets(connack());
    first.sends(subscribe(1, "a/#", 1)).gets(suback(1, 1)).drops();
    owner(world).sends(publish("a/1", "x", 1, 1)).gets(puback(1));
    world.client("c").sends(connect_as("other", kV5, true)).gets(connack(false)).gets_nothing();
    world.client("c").drops();
    world.client("c").sends(connect_as("other", kV5, true)).gets(connack(true));
}

TEST_P(Access, WhatWaitedIsKeptBackIfItMayNoLongerBeHad) {
    WorldOptions before = guarded();
    before.disk = Disk::kByItself;
    const auth::AccessRules wide({role("", {"#"}, {"#"}), role("reader", {}, {"#", "$queue/#"})});
    before.access = &wide;
    World world(before);
    Client& client = world.client("c").sends(connect_as("reader", kV5, true)).gets(connack());
    for (const char* filter : {"job/#", "a/#", "$queue/other"})
        client.sends(subscribe(1, filter, 1)).gets(suback(1, 1));
    client.drops();
    Client& publisher = owner(world);
    for (const char* topic : {"job/1", "a/1", "a/secret/1"})
        publisher.sends(publish(topic, "x", 1, 1)).gets(puback(1));
    world.set_access(guarded().access);
    world.crash(GetParam());
    Client& again = world.client("c").sends(connect_as("reader", kV5, true)).gets(connack(true));
    again.gets(publish("a/1", "x", 1, 2)).gets_nothing();
    EXPECT_EQ(world.statistics().subscriptions, 1u);
    EXPECT_EQ(not_allowed(world), 1u);
}

}  // namespace
}  // namespace dray::test
