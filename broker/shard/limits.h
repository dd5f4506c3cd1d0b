// Every limit of a shard, each with its unit last. The config table (app/) sets them; the defaults are here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace dray::shard {

struct Limits {
    std::uint32_t packet_bytes_max = 16 * 1024 * 1024;  // larger packets close the connection (5.0: 0x95)
    std::uint16_t inflight_messages_max = 512;          // unacknowledged QoS 1 and 2 messages to one client
    std::uint16_t receive_messages_max = 1024;          // unacknowledged QoS 2 messages from one client
    std::uint32_t queue_messages_max = 100'000;         // waiting for one session
    std::uint64_t queue_bytes_max = 256ULL * 1024 * 1024;        // ... in bytes
    std::uint64_t queue_window_bytes_max = 16ULL * 1024 * 1024;  // of a queue's messages in memory
    std::uint32_t parked_messages_max = 1024;  // of one client before 5.0, until a full queue has room
    std::uint64_t parked_bytes_max = 64 * 1024 * 1024;  // ... of all of them, of one shard
    std::uint32_t outbox_bytes_max = 1024 * 1024;  // not yet taken by the socket; QoS 0 beyond is discarded
    std::uint32_t subscriptions_max = 10'000;      // of one session
    std::uint16_t topic_levels_max = 128;
    std::uint32_t session_expiry_s_max = 0xFFFFFFFF;  // 0xFFFFFFFF = no limit
    std::uint32_t connect_ms_max = 10'000;            // from accept to a whole CONNECT
    std::uint16_t user_login_failures_max = 10;  // then the next try waits (failed_logins.h); 0 = no limit
    std::uint16_t address_login_failures_max = 100;  // ... of all users from one address; 0 = no limit
    std::uint32_t login_delay_ms = 1000;             // after one failure too many; doubles each time
    std::uint32_t login_delay_ms_max = 60'000;
    std::uint16_t keep_alive_s_max = 65'535;
    std::uint32_t client_messages_per_s_max = 0;  // PUBLISH packets of one client (pace.h); 0 = no limit
    std::uint64_t client_bytes_per_s_max = 0;     // of one client; 0 = no limit
    std::uint32_t client_beyond_rate_ms_max = 0;  // then it is closed (5.0: 0x96); 0 = only slowed down
    std::uint16_t topic_aliases_max = 64;         // from one client
    std::uint16_t topic_aliases_sent_max = 32;    // to one client that takes them
    std::uint32_t sys_interval_ms = 10'000;       // between two rounds of $SYS; 0 = none
    std::uint16_t books_roots_max = 64;           // first levels of topics that have books of their own
    std::uint32_t delayed_s_max = 31'536'000;     // how far ahead a message may be published
    std::uint64_t delayed_bytes_max = 64 * 1024 * 1024;  // waiting for that, of one shard
    std::uint64_t stream_tail_bytes_max = 1024 * 1024;   // newest records of a stream, in memory
    std::uint64_t stream_blocks_bytes_max =
        4 * 1024 * 1024;  // older ones that were just read, of all streams
    std::uint64_t stream_memory_bytes_max = 64 * 1024 * 1024;  // of a stream, where nothing is kept on disk
};

}  // namespace dray::shard
