// Who would lose what under other access rules, asked while clients are connected.
#include "shard/access_losses.h"

#include "auth/authenticator.h"
#include "auth/current_access_rules.h"
#include "auth/operator_tokens.h"
#include "shard/session_requests.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using Filters = std::vector<std::string>;
using Losses = std::vector<shard::AccessLoss>;

auth::AccessRole role(Filters publish, Filters subscribe, Filters deny_publish = {},
                      Filters deny_subscribe = {}) {
    auth::AccessRole result;
    result.users = {"*"};
    result.publish = std::move(publish);
    result.subscribe = std::move(subscribe);
    result.deny_publish = std::move(deny_publish);
    result.deny_subscribe = std::move(deny_subscribe);
    return result;
}

std::shared_ptr<const auth::AccessRules> rules(auth::AccessRole role) {
    return std::make_shared<auth::AccessRules>(std::vector<auth::AccessRole>{std::move(role)});
}

class AccessLosses : public EachShardCount {
  protected:
    WorldOptions guarded() const {
        WorldOptions result = options();
        result.access = &rules_;
        result.auth = &authenticator_;
        return result;
    }
    Losses losses(World& world, shard::NextAccess next, std::uint32_t count_max = 100) const {
        shard::ListAccessLosses list;
        list.count_max = count_max;
        list.next = std::make_shared<shard::NextAccess>(std::move(next));
        Losses all;
        for (shard::ShardIndex i = 0; i < GetParam(); ++i) {
            list.from = {};
            for (bool is_more = true; is_more;) {
                auto reply = world.ask<shard::SessionReply>(i, shard::SessionRequest{1, list});
                EXPECT_LE(reply.losses.size(), count_max);
                std::ranges::move(reply.losses, std::back_inserter(all));
                is_more = reply.next.has_value();
                if (is_more) list.from = *reply.next;
            }
        }
        return all;
    }

  private:
    auth::CurrentAccessRules rules_{rules(role({"own/%c/#", "all/#"}, {"news/#", "own/%c/#"}))};
    auth::Authenticator authenticator_{{{"ann", auth::ScramVerifier::make("x", "salt", 4096)}}};
};
INSTANTIATE_TEST_SUITE_P(Each, AccessLosses, testing::Values(1, 2, 4), shard_count_name);

Client& ann(World& world, const std::string& client_id = "c") {
    mqtt::Connect packet = connect(client_id);
    packet.user_name = "ann";
    packet.password = as_bytes("x");
    return world.client(client_id).sends(packet).gets(connack());
}

TEST_P(AccessLosses, AreNoneUnderTheSameOrWiderRules) {
    World world(guarded());
    ann(world).sends(subscribe(1, "news/#", 0)).gets(suback(1, 0));
    EXPECT_TRUE(losses(world, {nullptr, {}}).empty());
    EXPECT_TRUE(losses(world, {rules(role({"#"}, {"news/#"})), {"bob"}}).empty());
}

TEST_P(AccessLosses, NameSubscriptionsThatCouldNotBeHadAgain) {
    World world(guarded());
    ann(world).sends(subscribe(1, "news/#", 0)).gets(suback(1, 0));
    ann(world, "idle");
    const Losses found = losses(world, {rules(role({"own/%c/#", "all/#"}, {"own/%c/#"})), {}});
    ASSERT_EQ(found.size(), 1u);  // who has no such subscription loses none
    EXPECT_EQ(found[0].client_id, "c");
    EXPECT_EQ(found[0].user_name, "ann");
    EXPECT_FALSE(found[0].is_user_gone);
    EXPECT_EQ(found[0].subscriptions, Filters({"news/#"}));
    EXPECT_TRUE(found[0].publish.empty());
}

TEST_P(AccessLosses, NameAWatchButNotAnOperatorsWhichNeedsNoRule) {
    const auth::OperatorTokens operators("ops");
    std::vector<auth::TokenOptions> signers;
    signers.push_back(operators.options());
    const auth::Authenticator both({{"ann", auth::ScramVerifier::make("x", "salt", 4096)},
                                    {"ops", auth::ScramVerifier::make("x", "salt", 4096)}},
                                   std::move(signers));
    auth::CurrentAccessRules now(rules(role({}, {"$dray/watch/status", "news/#"})));
    WorldOptions watched = guarded();
    watched.watch_access = shard::WatchAccess::kOperators;
    watched.auth = &both;
    watched.access = &now;
    World world(watched);
    ann(world).sends(subscribe(1, "$dray/watch/status", 0)).gets(suback(1, 0));
    const std::string token = operators.sign(world.now());
    mqtt::Connect packet = connect("o");
    packet.user_name = "ops";
    packet.password = as_bytes(token);
    world.client("o").sends(packet).gets(connack());
    world.client("o").sends(subscribe(1, "$dray/watch/status", 0)).gets(suback(1, 0));
    world.client("o").sends(subscribe(2, "news/#", 0)).gets(suback(2, 0));

    const Losses found = losses(world, {rules(role({}, {"news/#"})), {}});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].client_id, "c");
    EXPECT_EQ(found[0].subscriptions, Filters({"$dray/watch/status"}));
    const Losses all = losses(world, {rules(role({}, {})), {}});
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[all[0].client_id == "o" ? 0 : 1].subscriptions, Filters({"news/#"}));
}

TEST_P(AccessLosses, NameWhatIsDeniedWithinASubscription) {
    World world(guarded());
    ann(world).sends(subscribe(1, "news/#", 0)).gets(suback(1, 0));
    const auto next = rules(role({"own/%c/#", "all/#"}, {"news/#"}, {}, {"news/secret", "elsewhere"}));
    const Losses found = losses(world, {next, {}});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].subscriptions, Filters({"news/secret"}));
}

TEST_P(AccessLosses, NameWhatCouldNotBePublished) {
    World world(guarded());
    ann(world);
    const Losses found = losses(world, {rules(role({"own/%c/a", "all/#"}, {"news/#"}, {"all/of/it"})), {}});
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].publish, Filters({"own/c/#", "all/of/it"}));
}

TEST_P(AccessLosses, NameWhoIsNotLetInAgain) {
    World world(guarded());
    for (const char* id : {"a", "b", "c", "d", "e"}) ann(world, id);
    ann(world, "away").drops();
    for (const std::uint32_t count_max : {1U, 2U, 100U}) {
        const Losses found = losses(world, {nullptr, {"ann"}}, count_max);
        EXPECT_EQ(found.size(), 5u);
        for (const shard::AccessLoss& loss : found) EXPECT_TRUE(loss.is_user_gone) << loss.client_id;
    }
}

TEST_P(AccessLosses, ComeTrueForUsersWhoAreGone) {
    const auth::Authenticator both{{{"ann", auth::ScramVerifier::make("x", "salt", 4096)},
                                    {"bob", auth::ScramVerifier::make("x", "salt", 4096)}}};
    WorldOptions known = guarded();
    known.auth = &both;
    World world(known);
    ann(world);
    mqtt::Connect packet = connect("b", kV5);
    packet.user_name = "bob";
    packet.password = as_bytes("x");
    world.client("b").sends(packet).gets(connack());
    for (shard::ShardIndex i = 0; i < GetParam(); ++i)
        world.shard(i).end_users({"bob", "nobody"}, world.now());
    world.run();
    world.client("b").gets(mqtt::Disconnect{ReasonCode::kNotAuthorized, {}}).is_closed();
    world.client("c").is_open();
}

}  // namespace
}  // namespace dray::test
