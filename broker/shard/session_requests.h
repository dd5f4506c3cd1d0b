// What is asked about sessions and their subscriptions from outside of all shards (admin/), and the answers.
// Lists come in pages: one question looks at a bounded number of entries, whether they are wanted or not, and
// its answer says where the next one goes on. What is there from the first page to the last is given once;
// what comes or goes meanwhile may be left out.
//
// Values that cross threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mqtt/packet.h"
#include "shard/access_losses.h"
#include "shard/link_id.h"

namespace dray::shard {

ShardIndex home_of_session(std::string_view client_id, ShardIndex shards);

// Where a list goes on, on one shard.
struct SessionPlace {
    std::uint32_t session = 0;  // the index of its session
    std::string filter;         // behind this one of its subscriptions; "" = with the first
};

enum class SessionState : std::uint8_t {
    kAny,
    kConnected,
    kAway,
    kBehind,  // connected, and messages wait for it
};

struct ListSessions {
    SessionPlace from;
    std::uint32_t count_max = 100;
    SessionState state = SessionState::kAny;
    std::string part;  // of the client id
};
struct FindSession {
    std::string client_id;
};
struct ListSubscriptions {
    SessionPlace from;
    std::uint32_t count_max = 100;
    std::string part;       // of the filter
    std::string client_id;  // "" = of all sessions of this shard
};
// Closes its connection (0x98, Administrative action). The session stays as long as it would without.
struct DisconnectClient {
    std::string client_id;
};
// ... and forgets the session, with all that waits in it.
struct EndSession {
    std::string client_id;
};
// Connected clients that would lose access.
struct ListAccessLosses {
    SessionPlace from;
    std::uint32_t count_max = 100;
    std::shared_ptr<const NextAccess> next;
};
using SessionAction = std::variant<ListSessions, FindSession, ListSubscriptions, DisconnectClient, EndSession,
                                   ListAccessLosses>;

struct SessionRequest {
    std::uint64_t ticket = 0;  // comes back with the answer
    SessionAction action;
};

// One session as it stands.
struct SessionInfo {
    // While its client is connected; else empty, or 0.
    struct Connection {
        std::string peer;
        mqtt::ProtocolVersion version{};
        std::uint64_t age_ms = 0;
        std::uint64_t silent_ms = 0;  // since its last packet
        std::uint32_t keep_alive_s = 0;
        std::uint32_t window_messages = 0;  // how many may be unacknowledged
        std::uint64_t outbox_bytes = 0;     // not yet taken by the socket
    };
    std::string client_id;
    std::string user_name;
    std::optional<Connection> connection;
    std::optional<std::uint64_t> ends_in_ms;  // while away, if it ends
    std::uint32_t expiry_s = 0;               // 0xFFFFFFFF = never
    bool has_will = false;
    bool is_kept = false;    // on disk
    bool is_loaded = false;  // false: what waits for it is only on disk, and not counted here
    std::uint64_t subscriptions = 0;
    std::uint64_t unacknowledged = 0;
    std::uint64_t queue_messages = 0;  // that wait for room
    std::uint64_t queue_bytes = 0;
};

struct SubscriptionInfo {
    std::string client_id;
    std::string filter;
    mqtt::SubscriptionOptions options;
    std::uint32_t id = 0;  // Subscription Identifier; 0 = none
};

struct SessionReply {
    std::uint64_t ticket = 0;
    bool is_found = true;  // false: there is no such session, or it is not connected
    std::vector<SessionInfo> sessions;
    std::vector<SubscriptionInfo> subscriptions;
    std::vector<AccessLoss> losses;
    std::optional<SessionPlace> next;  // none: that was the last
};

struct Core;

// At the shard that is asked; `from` gets the answer.
void serve_session_request(Core& core, ShardIndex from, const SessionRequest& request);

}  // namespace dray::shard
