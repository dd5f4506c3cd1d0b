// What a shard counts, and the books that must balance. Every (message, taker) pair that matched ends in one
// place:
//
//     matched = delivered + expired + dead-lettered + discarded[by reason] + held
//
// held is what waits now: in windows, queues, and (QoS 0) outboxes. Plain numbers, one writer, summed by
// shard 0.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace dray::shard {

enum class Discard : std::uint8_t {
    kSlowReader,      // QoS 0 to a client that does not read fast enough
    kOffline,         // QoS 0 to a client that is not connected
    kQueueFull,       // QoS 1 and 2 beyond a limit of the queue
    kPacketTooLarge,  // over the client's Maximum Packet Size [MQTT-5.0 3.1.2-25]
    kConnectionLost,  // QoS 0 that was on its way when the connection broke
    kSessionEnded,    // held for a session that is no more
    kNoMember,        // a shared subscription without any member that could take it
    kRefused,         // the client answered with a reason code of failure
    kCount,
};

std::string_view name(Discard reason);

struct Books {
    std::uint64_t matched = 0;
    std::uint64_t delivered = 0;
    std::uint64_t expired = 0;
    std::uint64_t dead_lettered = 0;  // moved to a dead-letter queue, where it is matched anew
    std::array<std::uint64_t, static_cast<std::size_t>(Discard::kCount)> discarded{};
    std::uint64_t held = 0;

    void discard(Discard reason, std::uint64_t count = 1) {
        discarded[static_cast<std::size_t>(reason)] += count;
        held -= count;
    }
    std::uint64_t discarded_total() const {
        std::uint64_t total = 0;
        for (const std::uint64_t count : discarded) total += count;
        return total;
    }
    bool balance() const { return matched == delivered + expired + dead_lettered + discarded_total() + held; }
};

struct Statistics {
    Books books;
    std::uint64_t bytes_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t packets_received = 0;
    std::uint64_t control_sent = 0;  // packets that are not PUBLISH
    std::uint64_t publish_received = 0;
    std::uint64_t publish_sent = 0;
    std::uint64_t publish_bytes_received = 0;  // payloads
    std::uint64_t publish_bytes_sent = 0;
    std::uint64_t sockets_opened = 0;
    std::uint64_t connects_received = 0;
    std::uint64_t connects_accepted = 0;
    std::uint64_t connects_refused = 0;
    std::uint64_t protocol_errors = 0;
    std::uint64_t publishes_refused = 0;  // by the topic rules, before matching
    // Gauges
    std::uint64_t clients_connected = 0;
    std::uint64_t sessions = 0;
    std::uint64_t subscriptions = 0;
    std::uint64_t shared_subscriptions = 0;  // of those
    std::uint64_t retained = 0;
    std::uint64_t retained_bytes = 0;  // payloads
    std::uint64_t inflight = 0;        // sent at QoS 1 or 2 and not acknowledged
    std::uint64_t queued_bytes = 0;    // payloads that wait for their sessions
    std::uint64_t clients_expired = 0;

    std::uint64_t packets_sent() const { return control_sent + publish_sent; }
    std::vector<std::uint64_t> to_numbers() const;
    static Statistics from_numbers(const std::vector<std::uint64_t>& numbers);
    void add(const Statistics& other);
};

}  // namespace dray::shard
