// Which clients that are connected would lose something under other access rules, and what: asked before
// those are put in force.
//
//     its connection       its user is gone (users_gone.h)
//     subscriptions        that it has and could not get any more; and what is newly denied within one
//     publish              filters of topics that are allowed it now and would not be, or would be denied
//
// By filters, not by topics: one that is only divided among several new ones is counted as lost.
//
// At the client's shard.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "shard/access_port.h"
#include "shard/users_gone.h"

namespace dray::shard {

struct Core;
struct Link;

// What may come to be in force. Immutable, shared by all shards.
struct NextAccess {
    std::shared_ptr<const AccessPort> rules;  // none: as now
    UserNames users_gone;
};

struct AccessLoss {
    std::string client_id;
    std::string user_name;
    bool is_user_gone = false;
    std::vector<std::string> subscriptions;
    std::vector<std::string> publish;
};

// None: it loses nothing.
std::optional<AccessLoss> access_loss(const Link& link, const NextAccess& next);

}  // namespace dray::shard
