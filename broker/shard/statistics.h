// What a shard counts: plain numbers, one writer, summed by shard 0.
#pragma once

#include <cstdint>

#include "shard/books.h"

namespace dray::shard {

struct Statistics {
    RootBooks books;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t control_sent = 0;  // packets that are not PUBLISH
    std::uint64_t publish_received = 0;
    std::uint64_t publish_sent = 0;
    std::uint64_t publish_bytes_received = 0;  // payloads
    std::uint64_t publish_bytes_sent = 0;
    std::uint64_t sockets_opened = 0;
    std::uint64_t connections_turned_away = 0;  // at once: no room, or too many from one address
    std::uint64_t connects_received = 0;
    std::uint64_t connects_accepted = 0;
    std::uint64_t connects_refused = 0;
    std::uint64_t logins_failed = 0;     // wrong passwords, proofs and tokens
    std::uint64_t logins_held_off = 0;   // that were not looked at, after too many failures
    std::uint64_t reading_paused = 0;    // times that a client was not read for a moment
    std::uint64_t clients_too_fast = 0;  // that were closed for it
    std::uint64_t protocol_errors = 0;
    std::uint64_t publishes_refused = 0;     // by the rules of topics, of access, or for want of room
    std::uint64_t publishes_forbidden = 0;   // ... by those of access
    std::uint64_t subscribes_forbidden = 0;  // filters, by those of access
    // Gauges
    std::uint64_t clients_connected = 0;
    std::uint64_t sessions = 0;
    std::uint64_t subscriptions = 0;
    std::uint64_t shared_subscriptions = 0;  // of those
    std::uint64_t retained = 0;
    std::uint64_t retained_bytes = 0;  // payloads
    std::uint64_t inflight = 0;        // sent at QoS 1 or 2 and not acknowledged
    std::uint64_t queued_bytes = 0;    // payloads that wait for their sessions
    std::uint64_t parked = 0;          // messages of publishers that wait for room
    std::uint64_t clients_expired = 0;

    std::uint64_t packets_sent() const { return control_sent + publish_sent; }
    void add(const Statistics& other);
};

}  // namespace dray::shard
