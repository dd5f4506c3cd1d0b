// What the handlers of the admin API work with.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "admin/switchboard.h"
#include "shard/store_port.h"

namespace dray::admin {

// Where clients find the broker.
struct ListenerAddress {
    std::string kind;     // "mqtt", "ws", "mqtts", "wss"
    std::string address;  // HOST:PORT or unix:/PATH
};

struct Context {
    Switchboard& switchboard;
    const shard::StorePort& store;
    std::string version;
    std::vector<ListenerAddress> listeners;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

}  // namespace dray::admin
