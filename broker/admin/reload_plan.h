// What a reload of some configuration would do, before it is done. Made by app/, which knows configurations;
// told by config_routes.h, which asks the shards whose clients it would hit.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "shard/access_losses.h"

namespace dray::admin {

struct ReloadPlan {
    struct Change {
        std::string what;  // a key, "limits.packet_bytes_max"; or a listener, "0.0.0.0:1883"
        std::string how;   // of a listener: "begins", "ends", "changes: packet_bytes_max"
        bool needs_restart = false;
    };
    std::vector<std::string> errors;  // then nothing else is known
    std::vector<Change> keys;
    std::vector<Change> listeners;
    std::shared_ptr<const shard::NextAccess> access;
};

// Any thread. The file, in the eyes of the broker's process; "" = the one that it was started with.
using PlanReload = std::function<ReloadPlan(const std::string& file)>;

}  // namespace dray::admin
