// What the handlers of the admin API work with.
#pragma once

#include <chrono>
#include <string>

#include "admin/switchboard.h"
#include "shard/store_port.h"

namespace dray::admin {

struct Context {
    Switchboard& switchboard;
    const shard::StorePort& store;
    std::string version;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

}  // namespace dray::admin
