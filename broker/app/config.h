// The configuration of drayd: what it is. How keys are named, read, checked and shown is config_table.h's
// business.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/ceilings.h"
#include "auth/access_role.h"
#include "bridge/bridge_options.h"
#include "net/listen_socket.h"
#include "net/listener_options.h"
#include "reactor/log.h"
#include "reactor/poller_kind.h"
#include "shard/limits.h"
#include "shard/queue_options.h"
#include "shard/shard.h"
#include "shard/stream_options.h"
#include "sink/sink_options.h"
#include "store/durability.h"

namespace dray::app {

struct ListenerConfig {
    net::ListenerKind kind = net::ListenerKind::kMqtt;
    std::string bind;
    // Unset: only if the address is one of this machine, and no balancer stands before it.
    std::optional<bool> allow_anonymous;
    net::TlsSettings tls;  // files that are not named are those of all listeners
    net::ClientIdentity client_identity = net::ClientIdentity::kNone;
    bool proxy_protocol = false;
    std::uint32_t connections_max = 0;        // 0 = no limit of its own
    std::uint32_t connections_per_s_max = 0;  // 0 = limits.connections_per_s_max
    std::uint32_t packet_bytes_max = 0;       // 0 = limits.packet_bytes_max
    std::uint32_t socket_mode = net::kSocketMode;
    std::string key_prefix = {};  // of its keys: "listener.0."
};

struct Config {
    // The listeners that most users need; empty = none.
    std::string mqtt_bind = "127.0.0.1:1883";
    std::string ws_bind = "127.0.0.1:8083";
    std::string mqtts_bind;
    std::string wss_bind;
    std::optional<bool> allow_anonymous;  // of these
    net::CertificateFiles certificate;    // of every TLS listener that names no other
    std::vector<ListenerConfig> more_listeners;

    std::uint32_t threads = 0;  // 0 = one per processor
    reactor::PollerKind poller = reactor::PollerKind::kAuto;
    std::uint32_t gather_us = 750;  // 0 = lone messages are served at once
    bool consolidate = true;        // one thread serves all shards while little comes
    std::string data_dir;           // empty = nothing is kept on disk
    store::Durability durability = store::Durability::kFsync;

    std::string admin_bind;            // empty = no admin API
    std::string admin_token_file;      // empty = whoever reaches it is let in
    std::string admin_operators_file;  // empty = nobody has a token of his own
    std::string admin_client_user;     // empty = operators get no tokens to be clients by
    std::string schema_dir;            // empty = payloads are not known
    std::string console_dir;           // empty = where it is installed, if it is

    std::string password_file;  // empty = no credentials are known
    std::string jwt_key_file;   // empty = no tokens are taken
    std::string jwt_issuer;
    std::string jwt_audience;
    std::string acl_file;  // empty = none
    std::vector<auth::AccessRole> access;
    std::string server_reference;
    shard::Redirect redirect = shard::Redirect::kNone;
    std::uint32_t drain_ms = 0;
    std::string response_prefix;
    shard::SharedChoice shared_choice = shard::SharedChoice::kRoundRobin;

    std::vector<shard::QueueOptions> queues;
    std::vector<shard::StreamOptions> streams;

    std::string site;  // of this broker, for others that it is bridged with; empty = a random one
    std::vector<bridge::BridgeOptions> bridges;
    std::vector<sink::SinkOptions> sinks;

    shard::Limits limits;
    Ceilings ceilings;
    std::uint32_t connections_max = 0;                // of all listeners together; 0 = no limit
    std::uint32_t connections_per_s_max = 0;          // of each listener; 0 = no limit
    std::uint32_t address_connections_per_s_max = 0;  // from one address; 0 = no limit
    std::uint32_t websocket_message_bytes_max = 64 * 1024 * 1024;
    std::uint32_t http_header_bytes_max = 8 * 1024;

    reactor::LogLevel log_level = reactor::LogLevel::kInfo;
    reactor::LogFormat log_format = reactor::LogFormat::kHuman;
    std::uint32_t log_lines_per_s_max = reactor::kLogLinesPerSecondMax;

    // All of them with all they have, in the order in which `ready` names them.
    std::vector<ListenerConfig> listeners() const;
    // ... and those in which sinks bury what they cannot give away.
    std::vector<shard::QueueOptions> all_queues() const;
};

}  // namespace dray::app
