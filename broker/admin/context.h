// What the handlers of the admin API work with.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "admin/switchboard.h"
#include "auth/operator_tokens.h"
#include "reactor/clock.h"
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
    const auth::OperatorTokens* operators = nullptr;  // none: they are given no tokens
    reactor::Clock clock = {};
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

}  // namespace dray::admin
