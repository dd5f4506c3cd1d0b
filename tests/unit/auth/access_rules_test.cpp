// Roles and what they allow; the file in mosquitto's words.
#include "auth/access_rules.h"

#include <gtest/gtest.h>

#include "auth/access_file.h"

namespace dray::auth {
namespace {

using shard::Subject;

std::unique_ptr<shard::ClientAccess> access_of(std::string_view file, const Subject& subject) {
    auto roles = parse_access_file(file, "acl");
    EXPECT_TRUE(roles) << roles.error().what;
    return AccessRules(std::move(*roles)).of(subject);
}

std::string error_in(std::string_view file) {
    const auto roles = parse_access_file(file, "acl");
    return roles ? "" : roles.error().what;
}

constexpr std::string_view kFile =
    "# mosquitto's example, more or less\n"
    "topic read $SYS/#\r\n"
    "\n"
    "user brewer\n"
    "topic beer/#\n"
    "topic read hops/+/price\n"
    "topic  write  malt/a b\n"
    "topic deny beer/secret/#\n"
    "user taster\n"
    "topic read beer/#\n"
    "pattern write state/%c/%u\n";

TEST(AccessRules, WhatNothingAllowsIsRefused) {
    const auto brewer = access_of(kFile, {"c1", "brewer", {}});
    EXPECT_TRUE(brewer->may_publish("beer"));
    EXPECT_TRUE(brewer->may_publish("beer/ale"));
    EXPECT_TRUE(brewer->may_receive("beer/ale"));
    EXPECT_FALSE(brewer->may_publish("wine"));
    EXPECT_FALSE(brewer->may_receive("wine"));
    EXPECT_FALSE(brewer->may_publish("$SYS/broker"));
}

TEST(AccessRules, ToReadIsNotToWrite) {
    const auto brewer = access_of(kFile, {"c1", "brewer", {}});
    EXPECT_TRUE(brewer->may_receive("hops/saaz/price"));
    EXPECT_FALSE(brewer->may_publish("hops/saaz/price"));
    EXPECT_TRUE(brewer->may_publish("malt/a b"));
    EXPECT_FALSE(brewer->may_receive("malt/a b"));
}

TEST(AccessRules, WhatIsDeniedIsDeniedWhoeverAllowsIt) {
    const auto brewer = access_of(kFile, {"c1", "brewer", {}});
    EXPECT_FALSE(brewer->may_publish("beer/secret"));
    EXPECT_FALSE(brewer->may_receive("beer/secret/recipe"));
    EXPECT_TRUE(access_of(kFile, {"c1", "taster", {}})->may_receive("beer/secret/recipe"));
}

TEST(AccessRules, RulesOfAUserAreForNobodyElse) {
    for (const char* user : {"taster", "", "Brewer", "brewer ", "*"}) {
        const auto other = access_of(kFile, {"brewer", user, {}});
        EXPECT_FALSE(other->may_publish("beer/ale")) << user;
    }
    EXPECT_TRUE(access_of(kFile, {"c1", "", {}})->may_receive("$SYS/broker/uptime"));
    EXPECT_FALSE(access_of(kFile, {"c1", "brewer", {}})->may_receive("$SYS/broker/uptime"));
}

TEST(AccessRules, AFilterIsGrantedIfOneThatIsAllowedTakesAllOfIt) {
    const auto brewer = access_of(kFile, {"c1", "brewer", {}});
    for (const char* filter : {"beer/#", "beer/+", "beer/+/#", "beer/ale", "beer", "hops/+/price"}) {
        EXPECT_TRUE(brewer->may_subscribe(filter)) << filter;
    }
    for (const char* filter : {"#", "+/#", "+", "+/ale", "hops/#", "hops/+/+", "beer/secret/#", "beer/secret",
                               "beer/secret/+", "$SYS/#", "malt/a b"}) {
        EXPECT_FALSE(brewer->may_subscribe(filter)) << filter;
    }
}

TEST(AccessRules, APatternHasTheClientInIt) {
    const auto brewer = access_of(kFile, {"c1", "brewer", {}});
    EXPECT_TRUE(brewer->may_publish("state/c1/brewer"));
    EXPECT_FALSE(brewer->may_publish("state/c2/brewer"));
    EXPECT_FALSE(brewer->may_publish("state/%c/%u"));
    EXPECT_FALSE(access_of(kFile, {"c1", "", {}})->may_publish("state/c1/"));
}

TEST(AccessRules, NobodyWidensAPatternByHisName) {
    for (const char* name : {"+", "#", "a/b", ""}) {
        const auto client = access_of("pattern readwrite a/%c\npattern read b/%u/#\n", {name, name, {}});
        for (const char* topic : {"a/x", "a/+", "a/#", "a/a/b", "a/", "b", "b/x", "b/a/b"}) {
            EXPECT_FALSE(client->may_publish(topic)) << name << " " << topic;
            EXPECT_FALSE(client->may_receive(topic)) << name << " " << topic;
        }
        EXPECT_FALSE(client->may_subscribe("a/#"));
    }
}

TEST(AccessRules, WhereADenialCannotBeMadeNothingIsAllowed) {
    constexpr std::string_view kDenial = "pattern #\npattern deny blocked/%c\n";
    EXPECT_TRUE(access_of(kDenial, {"c1", "", {}})->may_publish("blocked/c2"));
    EXPECT_FALSE(access_of(kDenial, {"c1", "", {}})->may_publish("blocked/c1"));
    EXPECT_FALSE(access_of(kDenial, {"a/b", "", {}})->may_publish("blocked/c1"));
    EXPECT_FALSE(access_of(kDenial, {"a/b", "", {}})->may_subscribe("x"));
}

AccessRole role_of(std::vector<std::string> claims, std::string filter) {
    AccessRole role;
    role.name = "r";
    role.claims = std::move(claims);
    role.subscribe = {std::move(filter)};
    return role;
}

TEST(AccessRules, ClaimsChooseTheRoleAndStandInItsFilters) {
    const AccessRules rules({role_of({"order", "role=staff"}, "order/+/%{order}")});
    const auto customer = rules.of({"c", "ann", {{"order", "7"}, {"order", "9"}, {"role", "none"}}});
    EXPECT_TRUE(customer->may_subscribe("order/+/7"));
    EXPECT_TRUE(customer->may_subscribe("order/+/9"));
    EXPECT_FALSE(customer->may_subscribe("order/+/8"));
    EXPECT_FALSE(customer->may_subscribe("order/+/none"));
    EXPECT_FALSE(rules.of({"c", "bob", {{"role", "staff"}}})->may_receive("order/x/7"));
    EXPECT_FALSE(rules.of({"c", "7", {}})->may_receive("order/x/7"));
    EXPECT_FALSE(rules.of({"c", "eve", {{"order", "+"}}})->may_receive("order/x/7"));
}

TEST(AccessRules, AllWhoHaveProvenWhoTheyAreIsAStar) {
    AccessRole role = role_of({}, "news/#");
    role.users = {"*"};
    const AccessRules rules({role});
    EXPECT_TRUE(rules.of({"c", "ann", {}})->may_receive("news"));
    EXPECT_FALSE(rules.of({"c", "", {}})->may_receive("news"));
}

TEST(AccessRules, WhatIsRememberedIsBoundedAndRight) {
    const auto client = access_of("topic a/+\n", {"c", "", {}});
    for (int round = 0; round < 2; ++round) {
        for (int i = 0; i < 200; ++i) {
            EXPECT_TRUE(client->may_publish("a/" + std::to_string(i)));
            EXPECT_FALSE(client->may_publish("b/" + std::to_string(i)));
        }
    }
}

TEST(AccessFile, ErrorsNameFileAndLine) {
    EXPECT_EQ(error_in("topic a\nsubject b\n"), "acl:2: must begin with user, topic or pattern");
    EXPECT_EQ(error_in("\nuser \n"), "acl:2: user: a name is missing");
    EXPECT_EQ(error_in("topic\n"), "acl:1: a filter of topics is missing");
    EXPECT_EQ(error_in("topic read\n"), "acl:1: a filter of topics is missing");
    EXPECT_EQ(error_in("topic read a#\n"), "acl:1: 'a#' is no filter of topics");
    EXPECT_EQ(error_in("pattern a/%x\n"), "acl:1: 'a/%x': after % comes c, u, or a claim as in %{order}");
    EXPECT_EQ(error_in("pattern a/%{x\n"), "acl:1: 'a/%{x': after % comes c, u, or a claim as in %{order}");
    EXPECT_EQ(error_in("topic $share/g/a\n"), "acl:1: '$share/g/a': name the filter without $share/<group>/");
}

}  // namespace
}  // namespace dray::auth
