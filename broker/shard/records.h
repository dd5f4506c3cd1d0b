// The records of the store: how sessions, subscriptions, messages and packet ids stand on disk. These bytes
// outlive the process: what is written here is read by later versions, and changing it is a new format
// (kStoreFormat; tests/unit/shard/records_test.cpp holds the bytes of this one).
//
// Numbers in keys are big-endian, so that keys sort as numbers do; numbers in values are little-endian.
// `text` is its length in 4 bytes and the bytes themselves. Times are milliseconds since the Unix epoch; -1 =
// never.
//
//     message       flags (1: bits 0-1 QoS as published, bit 2 RETAIN, bit 3 it expires, bit 4 it has
//                   properties) [expires at (8)], topic (length in 2 bytes, bytes), [properties as on the
//                   wire (text)], payload (all that is left)
//     session       number (8), expiry in seconds (4), flags (1: bit 0 connected, bit 1 has a will),
//                   ends at (8), sent up to (8), user name (text) [will: delay in seconds (4), due at (8),
//                   message]
//     subscription  options as on the wire (1), identifier (4)
//     page          up to 64 entries (each a text), one for each position from that in the key on: flags (1:
//                   bits 0-1 QoS, bit 2 RETAIN, bit 3 identifier, bit 4 more identifiers, bit 5 body),
//                   [identifier (4)], [more identifiers (text)], and the message, or the number of its body
//                   (8). An empty one: nothing is there any more
//     progress      which entries of a page are live (8), of which of them PUBREC has come (8); bit 0 is the
//                   first
//     body          message
//     holders       how many entries refer to a body (4)
//     incoming      nothing
//     retained      message
//
// Pure functions; decoding checks everything and gives nothing for bytes that it does not understand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "session/inflight.h"
#include "session/session.h"

namespace dray::shard {

inline constexpr std::string_view kStoreFormat = "dray store 2";

// A session's number in the store: never given twice, whatever happens to the shards.
using StoredNumber = std::uint64_t;

struct SessionRecord {
    StoredNumber number = 0;
    std::uint32_t expiry_s = 0;
    bool is_connected = false;
    Instant ends_at = kNever;      // if not connected
    std::uint64_t sent_up_to = 0;  // positions below may have been sent before
    std::string user_name;
    struct Will {
        std::uint32_t delay_s = 0;
        Instant due_at = kNever;
        session::MessageRef message;
    };
    std::optional<Will> will;
};

struct SubscriptionRecord {
    mqtt::SubscriptionOptions options;
    std::uint32_t id = 0;
};

// What is left of a page.
struct ProgressRecord {
    std::uint64_t live = 0;
    std::uint64_t released = 0;
};

std::string encode(const SessionRecord& record);
std::optional<SessionRecord> decode_session(std::string_view bytes);
std::string encode(const SubscriptionRecord& record);
std::optional<SubscriptionRecord> decode_subscription(std::string_view bytes);
std::string encode(const ProgressRecord& record);
std::optional<ProgressRecord> decode_progress(std::string_view bytes);
std::string encode_holders(std::uint32_t count);
std::optional<std::uint32_t> decode_holders(std::string_view bytes);
std::string encode(const session::Message& message);
session::MessageRef decode_message(std::string_view bytes);  // none if it cannot be understood

// One more entry at the end of a page; if `held` has a body, its message is there and not here.
void append_entry(std::string& page, const session::Held& held);
void append_nothing(std::string& page);
// Without their positions, which are in the key; nothing in place of nothing.
using PageEntries = std::vector<std::optional<session::Held>>;
std::optional<PageEntries> decode_page(std::string_view bytes);
// What is left of one that is damaged.
struct PageRemains {
    PageEntries entries;  // nothing in place of what is not understood, too
    bool is_damaged = false;
    bool is_cut = false;  // ... and what comes after the entries is not known
};
PageRemains decode_remains(std::string_view bytes);

// Keys that begin with a number: of a session, a queue or a stream.
std::string key_of(StoredNumber session);
std::string key_of(StoredNumber session, std::uint64_t position);
std::string key_of(StoredNumber session, std::string_view filter);
std::string key_of(StoredNumber session, mqtt::PacketId packet_id);
// The parts of such a key again; `rest` is what follows the number.
struct SessionKey {
    StoredNumber session = 0;
    std::string_view rest;
};
std::optional<SessionKey> parse_session_key(std::string_view key);
std::optional<std::uint64_t> parse_number(std::string_view big_endian);  // of 2 or 8 bytes
std::optional<std::uint64_t> position_in(std::string_view key);          // of a session's number and position

}  // namespace dray::shard
