// Who may watch what the admin API shows, and what the outside is told of it. What is published then:
// tests/integration/admin/live_test.py.
#include "auth/access_rules.h"
#include "auth/authenticator.h"
#include "auth/operator_tokens.h"
#include "shard/shard_message.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using shard::WatchAccess;

constexpr const char* kStatus = "$dray/watch/status";
constexpr int kInvalid = 0x8F;

class Watch : public EachShardCount {
  protected:
    WorldOptions watched(WatchAccess access, bool is_local = true) const {
        WorldOptions result = options();
        result.watch_access = access;
        result.is_local = is_local;
        return result;
    }
    // Everybody may do everything, but for what begins with '$'; "observer" is allowed one watch.
    WorldOptions with_rules() const {
        WorldOptions result = watched(WatchAccess::kThisMachine);
        result.access = &rules_;
        result.auth = &authenticator_;
        return result;
    }
    static mqtt::Connect connect_as(std::string_view user, std::string_view password) {
        mqtt::Connect packet = connect("c", kV5);
        packet.user_name = user;
        packet.password = as_bytes(password);
        return packet;
    }

    // As the outside does it.
    static void publish_document(World& world) {
        const auto message = session::Message::make(publish(kStatus, "{}"), kStatus, {});
        for (shard::ShardIndex shard = 0; shard < GetParam(); ++shard)
            world.tell(shard, shard::Deliver{message});
    }

    auth::OperatorTokens operators_{"ops"};

  private:
    static auth::AccessRole all() {
        auth::AccessRole role;
        role.name = "all";
        role.anonymous = true;
        role.users = {"observer", "ops"};
        role.publish = role.subscribe = {"#"};
        return role;
    }
    static auth::AccessRole observer() {
        auth::AccessRole role;
        role.name = "observer";
        role.users = {"observer"};
        role.subscribe = {kStatus};
        return role;
    }
    auth::AccessRules rules_{{all(), observer()}};
    auth::Authenticator authenticator_{{{"observer", auth::ScramVerifier::make("x", "salt", 4096)},
                                        {"ops", auth::ScramVerifier::make("x", "salt", 4096)}},
                                       make_signers()};
    std::vector<auth::TokenOptions> make_signers() const {
        std::vector<auth::TokenOptions> signers;
        signers.push_back(operators_.options());
        return signers;
    }
};
INSTANTIATE_TEST_SUITE_P(Each, Watch, testing::Values(1, 2, 4), shard_count_name);

// "+ topic" when somebody begins, "- topic" when the last has gone.
std::vector<std::string> take_news(World& world) {
    std::vector<std::string> news;
    for (const shard::ShardMessage& message : world.take_unasked()) {
        const auto& each = std::get<shard::WatchNews>(message);
        news.push_back((each.is_watched ? "+ " : "- ") + each.topic);
    }
    return news;
}
using News = std::vector<std::string>;

TEST_P(Watch, TheOutsideIsToldWhoBeginsAndWhenTheLastHasGone) {
    World world(watched(WatchAccess::kThisMachine));
    Client& client = world.client("c").sends(connect("c", kV5)).gets(connack());
    EXPECT_EQ(take_news(world), News{});
    client.sends(subscribe(1, kStatus, 0)).gets(suback(1, 0));
    EXPECT_EQ(take_news(world), News{std::string("+ ") + kStatus});
    client.sends(subscribe(2, kStatus, 0)).gets(suback(2, 0));
    EXPECT_EQ(take_news(world), News{std::string("+ ") + kStatus}) << "he wants to see it again";
    client.sends(unsubscribe(3, kStatus)).gets(unsuback(3));
    EXPECT_EQ(take_news(world), News{std::string("- ") + kStatus});
    client.sends(subscribe(4, kStatus, 0)).gets(suback(4, 0)).drops();
    EXPECT_EQ(take_news(world), (News{std::string("+ ") + kStatus, std::string("- ") + kStatus}));
}

TEST_P(Watch, ASessionWatchesWhileItsClientIsThere) {
    World world(watched(WatchAccess::kThisMachine));
    Client& client = world.client("c").sends(connect_again("c", kV5)).gets(connack());
    client.sends(subscribe(1, kStatus, 0)).gets(suback(1, 0)).drops();
    EXPECT_EQ(take_news(world).size(), 2U);
    world.client("c").sends(connect_again("c", kV5)).gets(connack(true));
    EXPECT_EQ(take_news(world), News{std::string("+ ") + kStatus});
    world.client("c").drops();
    world.client("c").sends(connect("c", kV5)).gets(connack());
    EXPECT_EQ(take_news(world), News{std::string("- ") + kStatus});
    EXPECT_EQ(world.statistics().subscriptions, 0U);
}

TEST_P(Watch, WithoutRulesClientsOfThisMachineMayIfTheApiAsksForNoToken) {
    for (const auto version : {ProtocolVersion::kV311, kV5}) {
        for (const bool is_local : {true, false}) {
            for (const WatchAccess access : {WatchAccess::kThisMachine, WatchAccess::kOperators}) {
                World world(watched(access, is_local));
                Client& client = world.client("c").sends(connect("c", version)).gets(connack());
                const int refused = version == kV5 ? kForbidden : 0x80;
                const bool may = is_local && access == WatchAccess::kThisMachine;
                client.sends(subscribe(1, kStatus, 0)).gets(suback(1, may ? 0 : refused));
                EXPECT_EQ(world.statistics().subscribes_forbidden, may ? 0U : 1U);
                client.sends(subscribe(1, "#", 0)).gets(suback(1, 0));
            }
        }
    }
}

TEST_P(Watch, NoFilterGoesAroundIt) {
    World stranger(watched(WatchAccess::kOperators));
    World local(watched(WatchAccess::kThisMachine));
    for (World* world : {&stranger, &local}) {
        Client& client = world->client("c").sends(connect("c", kV5)).gets(connack());
        for (const char* filter : {"$dray", "$dray/#", "$dray/+", "$dray/+/status", "$dray/watch",
                                   "$dray/watch/", "$dray/watch/#", "$dray/watch/+", "$dray/watch/sessions/+",
                                   "$dray/other", "$share/g/$dray/#", "$share/g/$dray/watch/status"}) {
            client.sends(subscribe(1, filter, 0)).gets(suback(1, world == &local ? kInvalid : kForbidden));
        }
        for (const char* filter : {"#", "+/watch/status", "+/#", "$share/g/#", "$drayish/#"})
            client.sends(subscribe(1, filter, 0)).gets(suback(1, 0));
        publish_document(*world);
        client.gets_nothing();
        EXPECT_EQ(take_news(*world), News{});
    }
    EXPECT_EQ(stranger.statistics().subscribes_forbidden, 12U);
    EXPECT_EQ(local.statistics().subscribes_forbidden, 0U);
}

TEST_P(Watch, WithoutAnAdminApiThereIsNothingToWatch) {
    World world(watched(WatchAccess::kNoAdmin));
    Client& client = world.client("c").sends(connect("c", kV5)).gets(connack());
    client.sends(subscribe(1, kStatus, 0)).gets(suback(1, kInvalid));
}

TEST_P(Watch, NobodyPublishesThereButTheBroker) {
    World world(watched(WatchAccess::kThisMachine));
    Client& client = world.client("c").sends(connect("c", kV5)).gets(connack());
    client.sends(subscribe(1, kStatus, 0)).gets(suback(1, 0));
    for (const char* topic : {kStatus, "$dray/other", "$dray", "$delayed/1/$dray/watch/status"})
        client.sends(publish(topic, "x", 1, 2)).gets(puback(2, ReasonCode::kNotAuthorized));
    world.advance(2s);
    client.gets_nothing();
    publish_document(world);
    client.gets(publish(kStatus, "{}")).gets_nothing();
    EXPECT_EQ(world.books().delivered, 1U);
    EXPECT_TRUE(world.books().balance());
}

TEST_P(Watch, WithRulesAWatchHasToBeGranted) {
    World world(with_rules());
    // '#' takes nothing that begins with '$'.
    Client& anonymous = world.client("a").sends(connect("a", kV5)).gets(connack());
    anonymous.sends(subscribe(1, kStatus, 0)).gets(suback(1, kForbidden));
    Client& observer = world.client("c").sends(connect_as("observer", "x")).gets(connack());
    observer.sends(subscribe(1, kStatus, 0)).gets(suback(1, 0));
    observer.sends(subscribe(1, "$dray/watch/queues", 0)).gets(suback(1, kForbidden));
    observer.drops();
    // The name alone is not the token.
    Client& named = world.client("c").sends(connect_as("ops", "x")).gets(connack());
    named.sends(subscribe(1, kStatus, 0)).gets(suback(1, kForbidden)).drops();
}

TEST_P(Watch, AnOperatorsTokenWatchesWhateverTheRulesSay) {
    World world(with_rules());
    const std::string token = operators_.sign(world.now());
    Client& client = world.client("c").sends(connect_as("ops", token)).gets(connack());
    client.sends(subscribe(1, kStatus, 0)).gets(suback(1, 0));
    publish_document(world);
    client.gets(publish(kStatus, "{}")).gets_nothing();
}

TEST_P(Watch, ASessionKeepsNoWatchThatItsClientMayNotHaveAnyMore) {
    World world(with_rules());
    mqtt::Connect packet = connect_again("c", kV5);
    packet.user_name = "ops";
    const std::string token = operators_.sign(world.now());
    packet.password = as_bytes(token);
    Client& client = world.client("c").sends(packet).gets(connack());
    client.sends(subscribe(1, kStatus, 0)).gets(suback(1, 0)).drops();
    packet.password = as_bytes(std::string_view("x"));
    world.client("c").sends(packet).gets(connack(true));
    EXPECT_EQ(world.statistics().subscriptions, 0U);
    publish_document(world);
    world.client("c").gets_nothing();
}

}  // namespace
}  // namespace dray::test
