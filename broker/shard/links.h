// A network connection as the shard sees it, and the table of all of them. Lives and dies on one shard.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/instant.h"
#include "base/ring.h"
#include "session/outbox.h"
#include "session/session.h"
#include "shard/access_port.h"
#include "shard/authentication.h"
#include "shard/link_id.h"
#include "shard/pace.h"
#include "shard/parking.h"
#include "shard/shard.h"
#include "shard/store_batch.h"

namespace dray::shard {

// An acknowledgement that is due, in the order of the PUBLISH packets [MQTT-3.1.1 4.6.0-2, 4.6.0-3].
struct DueAcknowledgement {
    mqtt::PacketId packet_id{};
    mqtt::PacketType type{};
    mqtt::ReasonCode reason{};
    bool ready = false;           // false: what it promises is not yet true ...
    StoreSequence waits_for = 0;  // ... or not before this commit is safe
    const char* why = "";         // Reason String of a refusal; a literal
};

struct Link {
    // kAuthenticating: CONNECT has come and AUTH packets go back and forth.
    enum class Phase : std::uint8_t { kFree, kAwaitsConnect, kAuthenticating, kConnected, kClosing };

    LinkId id;
    Phase phase = Phase::kFree;
    bool allow_anonymous = true;
    bool full = false;  // may only be told that there is no room
    bool flush_listed = false;
    bool wants_problem_information = true;  // Request Problem Information
    bool wants_durability = false;          // with acknowledgements (ack_durability.h)
    std::uint16_t window =
        0;  // unacknowledged messages that this client takes: Receive Maximum and our own limit
    session::Outbox outbox{mqtt::ProtocolVersion::kV5};
    session::Session* session = nullptr;
    Instant last_heard;
    Instant connected_at;
    std::int64_t silence_ms_max = 0;      // one and a half times the Keep Alive; 0 = off
    std::uint32_t receive_bytes_max = 0;  // longer packets from the client are refused
    std::uint32_t packet_bytes_max = 0;   // the client's Maximum Packet Size; 0 = no limit
    Ring<DueAcknowledgement> due;
    std::uint64_t due_first = 0;                         // sequence number of the first in `due`
    std::uint32_t due_pubacks = 0;                       // ... PUBACKs in it
    Ring<Parked> parked;                                 // what it published and no one has taken yet
    std::uint64_t parked_since = 0;                      // its place in Parking::links
    std::vector<std::string> aliases;                    // Topic Aliases of this client, by alias - 1
    std::unique_ptr<session::SentAliases> sent_aliases;  // to this client, if it takes any
    std::unique_ptr<Authentication> authentication;      // if CONNECT named a method
    std::unique_ptr<Pace> pace;                          // none: it may send as fast as it can
    std::unique_ptr<ClientAccess> access;                // none: everything is allowed
    std::unique_ptr<std::string> peer;
    std::uint64_t origin = 0;                // of the peer: LinkOptions::origin
    std::unique_ptr<std::string> identity;   // user name that a certificate has proven, if any
    bool is_local = false;                   // LinkOptions::is_local
    bool is_operators_user = false;          // AuthAnswer::is_operator
    std::unique_ptr<std::string> traced_id;  // as CONNECT said, while somebody follows clients (traces.h)

    void identify(const LinkOptions& options) {
        if (!options.peer.empty()) peer = std::make_unique<std::string>(options.peer);
        if (!options.identity.empty()) identity = std::make_unique<std::string>(options.identity);
        origin = options.origin;
        is_local = options.is_local;
    }
    bool is_v5() const { return outbox.version() == mqtt::ProtocolVersion::kV5; }
};

class Links {
  public:
    Link& open() {
        std::uint32_t index = 0;
        if (free_.empty()) {
            index = static_cast<std::uint32_t>(links_.size());
            links_.push_back(std::make_unique<Link>());
        } else {
            index = free_.back();
            free_.pop_back();
        }
        Link& link = *links_[index];
        const std::uint32_t generation = link.id.generation + 1;
        link = Link();
        link.id = {index, generation};
        link.phase = Link::Phase::kAwaitsConnect;
        ++count_;
        return link;
    }
    // Nothing if that connection is gone.
    Link* find(LinkId id) {
        if (id.index >= links_.size()) return nullptr;
        Link& link = *links_[id.index];
        return link.id == id && link.phase != Link::Phase::kFree ? &link : nullptr;
    }
    Link& at(std::uint32_t index) { return *links_[index]; }
    void free(Link& link) {
        const LinkId id = link.id;
        link = Link();
        link.id = id;
        free_.push_back(id.index);
        --count_;
    }
    std::size_t size() const { return count_; }
    template <typename Visit>
    void for_each(Visit visit) {
        for (const auto& link : links_) {
            if (link->phase != Link::Phase::kFree) visit(*link);
        }
    }

  private:
    std::vector<std::unique_ptr<Link>> links_;
    std::vector<std::uint32_t> free_;
    std::size_t count_ = 0;
};

}  // namespace dray::shard
