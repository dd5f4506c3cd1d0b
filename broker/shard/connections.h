// The life of links and sessions apart from the packets: opening, losing, taking over, ending.
#pragma once

#include <string_view>

#include "mqtt/packet.h"
#include "session/session.h"
#include "shard/links.h"
#include "shard/shard_message.h"
#include "shard/timers.h"

namespace dray::shard {

struct Core;

// Ends a connection from our side: tells a 5.0 client why unless the client itself asked for it (kSuccess),
// detaches the session and asks the transport to close.
void close_link(Core& core, Link& link, mqtt::ReasonCode reason, const char* why);

// A mistake of the peer, as MQTT 5.0 section 4.13 has it.
void protocol_error(Core& core, Link& link, mqtt::ReasonCode reason, const char* why);

// The session goes on without a connection, or ends if it has no expiry. Its will, if it still has one,
// becomes due.
void detach(Core& core, session::Session& session);

// Forgets it and what was held for it.
void end_session(Core& core, session::Session& session);

// Takes one subscription from a session; false if there was none of that filter. `ticket` then waits until
// nothing more is chosen for it on other shards.
bool drop_subscription(Core& core, session::Session& session, std::string_view filter, Ticket ticket = 0);

// After a restart. `routes`: what the other shards have to be told.
void restore_subscription(Core& core, session::Session& session, std::string_view filter,
                          const mqtt::SubscriptionOptions& options, std::uint32_t id,
                          std::vector<std::string>& routes);

void publish_will(Core& core, session::Session& session);

void on_timer(Core& core, const Timer& timer);

}  // namespace dray::shard
