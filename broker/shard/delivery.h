// The last step of a message: into one session's window, queue or, at QoS 0, straight into its outbox.
#pragma once

#include "session/session.h"
#include "shard/links.h"

namespace dray::shard {

struct Core;

// Counts the message as matched, and sees to it that it ends in one of the books' places.
void deliver(Core& core, session::Session& session, session::Held held);

// Sends what waits, as far as window and outbox have room.
void pump(Core& core, session::Session& session);

// The session's queue: to its end, and off its front.
void enqueue(Core& core, session::Session& session, session::Held held);
session::Held dequeue(Core& core, session::Session& session);

// Of a QoS 2 message only the packet id is left, for PUBREL and PUBCOMP.
void release(Core& core, session::Session& session, session::Inflight::Entry& entry);

}  // namespace dray::shard
