// How a bridge is declared: [[bridge]] in the configuration.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/topic_map.h"
#include "net/tls_context.h"

namespace dray::bridge {

struct BridgeOptions {
    std::string name;
    std::string address;      // HOST:PORT of the other broker
    std::string remote_site;  // what the other broker's configuration calls it; empty = not known
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::kV5;  // spoken there; or 3.1.1
    bool tls = false;
    net::ClientTlsSettings tls_settings;
    std::string client_id;      // there; empty = dray-<name>
    std::string user;           // there; empty = none is shown
    std::string password_file;  // its first line; empty = none
    std::uint16_t keep_alive_s = 30;
    // On their way there at once; 0 = as many as it says that it takes, or 20 before 5.0, where none says so.
    std::uint16_t unacknowledged_max = 0;
    std::uint32_t retry_ms_min = 500;
    std::uint32_t retry_ms_max = 30'000;
    std::vector<TopicRule> topics;
};

struct BridgeMistake {
    std::string option;  // its name in BridgeOptions: "topics.0.filter"
    std::string what;
};
std::optional<BridgeMistake> find_mistake(const BridgeOptions& options);

// As who the bridge is a client of this broker: client id and user name.
std::string local_name(const BridgeOptions& options);

}  // namespace dray::bridge
