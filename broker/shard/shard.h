// A shard: one slice of the broker, with the sessions whose client ids hash to it. A deterministic state
// machine: the reactor (or a simulation) gives it inputs and time, and carries out its effects. It knows no
// socket, thread or clock, and is only ever touched by one thread at a time.
//
//     bytes, timers, messages of other shards  ->  Shard  ->  Effects (+ an Outbox for each link)
//
// A client's connection and session meet on shard hash(client id) % shards: whichever shard accepted the
// connection hands it over when it has seen the CONNECT. So take-over and resume are always the business of
// one shard.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/byte_view.h"
#include "base/instant.h"
#include "session/outbox.h"
#include "shard/effects.h"
#include "shard/limits.h"
#include "shard/link_id.h"
#include "shard/queue_options.h"
#include "shard/statistics.h"
#include "shard/store_port.h"
#include "shard/stream_options.h"
#include "shard/users_gone.h"

namespace dray::shard {

struct Core;
class AuthPort;
class AccessPort;

// Whether new clients are sent to server_reference: not at all, for now (0x9C), for good (0x9D).
enum class Redirect : std::uint8_t { kNone, kUseAnotherServer, kServerMoved };

// Which of the members that can take a message gets it: the next in turn, or one with the fewest messages
// that it has not acknowledged (this costs a message between shards for an acknowledgement).
enum class SharedChoice : std::uint8_t { kRoundRobin, kLeastInflight };

// Who may watch what the admin API shows (watches.h) beside operators and whom the rules allow it: nobody, as
// there is no such API; nobody, as it asks for a token; clients of this machine.
enum class WatchAccess : std::uint8_t { kNoAdmin, kOperators, kThisMachine };

struct ShardOptions {
    ShardIndex index = 0;
    ShardIndex count = 1;
    std::uint64_t seed = 0;
    Limits limits;
    std::string version;           // what $SYS/broker/version says
    std::string server_reference;  // where 5.0 clients are sent on shutdown and by redirect; "" = nowhere
    Redirect redirect = Redirect::kNone;
    SharedChoice shared_choice = SharedChoice::kRoundRobin;
    const AuthPort* auth = nullptr;      // none: no credentials are known
    const AccessPort* access = nullptr;  // none: everything is allowed
    std::vector<QueueOptions> queues;    // each is declared by the shard that is its home
    std::vector<StreamOptions> streams;
    std::string response_prefix;  // Response Information is <prefix>/<client id>/; "" = none is given
    WatchAccess watch_access = WatchAccess::kNoAdmin;
};

// What is known of a connection before its first byte.
struct LinkOptions {
    bool allow_anonymous = true;
    bool websocket = false;              // each packet leaves as a frame of its own
    bool full = false;                   // there is no room for this client: CONNECT is answered with 0x89
    std::uint32_t packet_bytes_max = 0;  // stricter than the shard's own limit; 0 = that
    std::string peer;                    // for the log: "127.0.0.1:51234"
    std::uint64_t origin = 0;            // address that it shares limits with (net/address.h); 0 = none
    std::string identity;                // user name that a certificate has proven; empty = none
    bool is_local = false;               // comes from this machine itself, and not by a web page of elsewhere
};

class Shard {
  public:
    // Recovers what the store has of this shard; throws std::runtime_error if it cannot be understood.
    Shard(ShardOptions options, const StorePort& store, Instant now);
    ~Shard();
    Shard(const Shard&) = delete;
    Shard& operator=(const Shard&) = delete;

    // --- inputs ---
    LinkId open(const LinkOptions& options, Instant now);
    // The transport knows more of the client, before its first byte: peer, origin and identity.
    void identify(LinkId id, const LinkOptions& options);

    // For the statistics: a client that the transport did not let in.
    void turned_away();

    // Bytes that arrived, from the first that was not consumed yet. Returns how many were consumed; the rest
    // is the beginning of a packet, or waits until the link may be read again (Effects::Reading), and is to
    // be offered again with what follows. After a handover or close effect for this link nothing more may be
    // offered.
    std::size_t receive(LinkId id, ByteView bytes, Instant now);
    // The connection is gone (by either side's doing). The id is dead from here on.
    void closed(LinkId id, Instant now);
    // The transport has written `bytes` of this link's outbox (by any number of writes in this turn).
    void written(LinkId id, std::size_t bytes, Instant now);

    void receive(ShardIndex from, ShardMessage message, Instant now);
    // So many at most will be received next.
    static constexpr std::size_t kLookAheadMax = 8;
    void look_ahead(std::span<const ShardMessage* const> messages) const;
    // Everything up to this number is on disk.
    void durable(StoreSequence sequence, Instant now);
    // How much of the ceilings of memory and disk is used, in percent (pressure.h).
    void set_pressure(unsigned percent, Instant now);
    // These are no users any more (users_gone.h).
    void end_users(const UserNames& gone, Instant now);
    void read_done(const StoreReadDone& done, Instant now);
    // Time has passed; at the latest due at next_deadline().
    void tick(Instant now);
    Instant next_deadline() const;

    // Sends one of so many clients away: 5.0 clients are told 0x8B, or 0x9C with the server reference if
    // there is one.
    void send_away_one_of(std::size_t clients, Instant now);
    // Stop: sends all of them away.
    void shut_down(Instant now) { send_away_one_of(1, now); }

    // --- outputs ---
    // Whether there is something to carry out, or will be when the turn has ended.
    bool has_work() const;
    // Before effects are carried out: what was put off until now is done, and nothing more is added to the
    // records of this turn.
    void end_turn();
    Effects& effects();
    session::Outbox& outbox(LinkId id);

    const Statistics& statistics() const;
    // For simulations (audit.h): what is wrong, in words; empty if nothing is.
    std::string audit() const;
    std::string beyond_limits() const;
    std::string unfinished() const;

  private:
    std::unique_ptr<Core> core_;
};

}  // namespace dray::shard
