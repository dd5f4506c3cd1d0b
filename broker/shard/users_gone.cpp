#include "shard/users_gone.h"

#include "shard/connections.h"
#include "shard/core.h"

namespace dray::shard {

bool has_lost_its_user(const Link& link, const UserNames& gone) {
    return link.phase == Link::Phase::kConnected && !link.identity && gone.contains(link.session->user_name);
}

void end_users(Core& core, const UserNames& gone) {
    core.links.for_each([&core, &gone](Link& link) {
        if (has_lost_its_user(link, gone))
            close_link(core, link, mqtt::ReasonCode::kNotAuthorized,
                       "its user is gone from the password file");
    });
}

}  // namespace dray::shard
