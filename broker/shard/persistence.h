// What of a shard must survive the process, and what has to wait until it does. The rest of the engine calls
// these functions where something changes; without a store that keeps records they do nothing.
//
//     PUBACK, PUBREC      wait for the records of all takers, on every shard, and for the retained message
//     SUBACK, UNSUBACK    wait for the subscription's record
//     CONNACK             waits for the session's record, and for the end of the one before
//     PUBLISH of QoS 2    waits for its record: else a crash could deliver it twice. QoS 1 need not wait.
//     PUBREL              waits until it is recorded that PUBREC has come
//     PUBCOMP             waits until the packet id is forgotten: else a new message under it could be lost
//
// Kept are the sessions that outlive their connection, with their subscriptions and messages. Each QoS 1 and
// 2 message to such a session gets the next position, and its packet id follows from the position (session/
// inflight.h): so recovery knows the packet id of every message although it was never written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/ring.h"
#include "session/session.h"
#include "shard/bodies.h"
#include "shard/page_writer.h"
#include "shard/store_port.h"
#include "shard/tickets.h"

namespace dray::shard {

struct Core;

struct Persistence {
    bool keeps = false;
    StoreSequence last = 0;         // of the batch that is open, or of the last that left
    StoreSequence durable = 0;      // all up to here are safe
    std::uint64_t records = 0;      // ever written: shows whether a step wrote any
    std::uint64_t last_number = 0;  // of stored sessions
    PageWriter pages;
    Bodies bodies;

    // Sessions whose next message may leave when that batch is safe, and links whose acknowledgements may; in
    // the order of the batches.
    struct WaitingSession {
        StoreSequence sequence = 0;
        session::SessionNumber session = 0;
    };
    Ring<WaitingSession> sessions;
    struct WaitingLink {
        StoreSequence sequence = 0;
        LinkId link;
    };
    Ring<WaitingLink> links;
};

// Of a record that becomes part of somebody else's commit: until that is done.
inline constexpr StoreSequence kUntilTold = ~StoreSequence{0};

// Session::sent_up_to of a session whose client was connected when the process ended.
inline constexpr std::uint64_t kAnyMayBeSent = ~std::uint64_t{0};

// --- at the start: everything that belongs to this shard, but not yet the messages of sessions ---
void recover(Core& core);  // throws std::runtime_error for records that it cannot understand
// The messages of a session, when it is touched for the first time since the start.
void load_messages(Core& core, session::Session& session);

// --- what changes ---
// The batch that leaves at the end of this turn.
StoreBatch& open_batch(Core& core);

StoreSequence keep_retained_record(Core& core, const session::Message& message);
StoreSequence forget_retained_record(Core& core, std::string_view topic);

// As it stands now; if it is not to outlive its connection (any more), it is forgotten.
void keep_session(Core& core, session::Session& session);
// With everything that belongs to it.
void forget_session(Core& core, session::Session& session);

void keep_subscription(Core& core, const session::Session& session, std::string_view filter,
                       const session::Subscription& subscription);
void forget_subscription(Core& core, const session::Session& session, std::string_view filter);

// Gives `held` its position and records it.
void keep_entry(Core& core, session::Session& session, session::Held& held);
// PUBREC has come.
void keep_released(Core& core, session::Session& session, session::Held& held);
void forget_entry(Core& core, session::Session& session, const session::Held& held);
// After forget_entry() of messages that others still wait behind: nothing of them stays.
void rewrite_pages(Core& core, session::Session& session);
// It became part of somebody else's commit, and what it was for was gone before.
void forget_promised(Core& core, const Promised& promised);

// Where its reader of a stream is.
void keep_cursor(Core& core, const session::Session& session, std::string_view filter,
                 const session::StreamCursor& cursor);
void forget_cursor(Core& core, const session::Session& session, std::string_view filter);

// A QoS 2 message from this session is not released yet.
void keep_incoming(Core& core, session::Session& session, mqtt::PacketId packet_id);
// Whether it had been kept: then its PUBCOMP waits.
bool forget_incoming(Core& core, session::Session& session, mqtt::PacketId packet_id);

// Where records go now: with what is open, or into the collection that gathers them.
StoreBatch& records_of_now(Core& core);
// Records that another shard, or a collection here, wants committed with what is open.
void add_records(Core& core, const StoreBatch& records);

// The turn ends: what was gathered during it becomes records.
void write_pages(Core& core);

// --- what waits ---
bool may_leave(const Core& core, const session::Held& held);
// Acknowledgements on this link wait for everything written so far.
void wait_for_disk(Core& core, LinkId link);
// That ticket, here or on another shard, is confirmed when everything written so far is safe.
void confirm_when_durable(Core& core, const ConfirmTicket& ticket);
// One more thing that the ticket waits for: everything written so far.
void wait_for_disk(Core& core, Ticket ticket);
// An operation that waits for everything written so far; done at once if nothing has to be kept.
void when_durable(Core& core, Operation operation);
// Everything up to this number is safe.
void made_durable(Core& core, StoreSequence sequence);

}  // namespace dray::shard
