// Rules that change while a client is connected: what it may do follows at once.
#include "auth/current_access_rules.h"

#include <gtest/gtest.h>

namespace dray::auth {
namespace {

std::shared_ptr<const AccessRules> rules_for_ann(std::string filter) {
    AccessRole role;
    role.users = {"ann"};
    role.publish = role.subscribe = {std::move(filter)};
    return std::make_shared<AccessRules>(std::vector<AccessRole>{role});
}

TEST(CurrentAccessRules, HoldForClientsThatAreThere) {
    CurrentAccessRules current(rules_for_ann("old/%c"));
    const auto ann = current.of({"c1", "ann", {}});
    const auto bob = current.of({"c2", "bob", {}});
    EXPECT_TRUE(ann->may_publish("old/c1"));
    EXPECT_FALSE(ann->may_publish("new/c1"));
    current.replace(rules_for_ann("new/%c"));
    EXPECT_FALSE(ann->may_publish("old/c1"));
    EXPECT_FALSE(ann->may_receive("old/c1"));
    EXPECT_FALSE(ann->may_subscribe("old/c1"));
    EXPECT_TRUE(ann->may_publish("new/c1"));
    EXPECT_TRUE(ann->may_receive("new/c1"));
    EXPECT_TRUE(ann->may_subscribe("new/c1"));
    EXPECT_FALSE(bob->may_receive("new/c2"));
}

}  // namespace
}  // namespace dray::auth
