// What the handlers of the admin API work with.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "admin/event_loop.h"
#include "admin/switchboard.h"
#include "auth/operator_tokens.h"
#include "bridge/figures.h"
#include "reactor/clock.h"
#include "reactor/file_descriptor.h"
#include "shard/store_port.h"
#include "sink/figures.h"

namespace dray::admin {

// Where clients find the broker.
struct ListenerAddress {
    std::string kind;     // "mqtt", "ws", "mqtts", "wss"
    std::string address;  // HOST:PORT or unix:/PATH
};

// Asks for an orderly end that takes its time with the clients: so long, or as the configuration says.
// Returns how long that is.
using Drain = std::function<std::chrono::milliseconds(std::optional<std::chrono::milliseconds> over)>;

// A socket that the broker serves as it does any client's, but as an operator's; not open if there are no
// more.
using Connect = std::function<reactor::FileDescriptor()>;

struct Context {
    EventLoop& loop;
    Switchboard& switchboard;
    const shard::StorePort& store;
    std::string version;
    std::vector<ListenerAddress> listeners;
    const auth::OperatorTokens* operators = nullptr;  // none: they are given no tokens
    std::vector<const bridge::Figures*> bridges = {};
    std::vector<const sink::Figures*> sinks = {};
    reactor::Clock clock = {};
    Drain drain = {};
    Connect connect = {};
    std::atomic<bool> is_draining = false;  // set by another thread
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
};

}  // namespace dray::admin
