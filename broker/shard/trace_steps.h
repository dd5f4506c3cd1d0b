// What is done with clients and messages, as steps for whoever follows them (traces.h). Each of these is
// called only while somebody does:
//
//     if (core.traces.is_on()) [[unlikely]] trace_publish(core, link, publish, topic);
//
//     connect, connack, disconnect, session-end, will, will-waits      a client comes and goes
//     subscribe, suback, unsubscribe, unsuback
//     publish, refuse, park, delay, takers                             what it publishes, and to whom
//     deliver, wait, return, expire, discard, dead-letter, redrive     what becomes of it, for each taker
//     puback, pubrec, pubrel, pubcomp                                  by the client or by the broker
//
// Not followed: PINGREQ, AUTH, and QoS 0 messages that were in an outbox when its connection broke (the books
// count them). No password, token or authentication data is in any step.
#pragma once

#include <string_view>
#include <vector>

#include "mqtt/packet.h"
#include "session/session.h"
#include "shard/books.h"
#include "shard/handlers.h"
#include "shard/links.h"
#include "shard/outcome.h"

namespace dray::shard {

struct Core;
struct Queue;

// `client_id`: as the session is called, if one was assigned. The link remembers it, for what comes before
// its session.
[[gnu::cold]] void trace_connect(Core& core, Link& link, const mqtt::Connect& connect,
                                 std::string_view client_id);
[[gnu::cold]] void trace_connack(Core& core, const Link& link, bool session_present,
                                 const TopicRefusal& answer);
[[gnu::cold]] void trace_disconnect(Core& core, const Link& link, mqtt::ReasonCode reason, const char* why);
[[gnu::cold]] void trace_session_end(Core& core, session::Session& session);
// It waits for its time (`delay_s`), or is published now.
[[gnu::cold]] void trace_will(Core& core, const session::Session& session, std::uint32_t delay_s);

[[gnu::cold]] void trace_subscribe(Core& core, const session::Session& session,
                                   const mqtt::Subscribe& subscribe);
[[gnu::cold]] void trace_unsubscribe(Core& core, const session::Session& session,
                                     const mqtt::Unsubscribe& unsubscribe);
// `what`: "suback" or "unsuback".
[[gnu::cold]] void trace_grants(Core& core, const Link& link, const char* what, mqtt::PacketId packet_id,
                                const std::vector<mqtt::ReasonCode>& reasons, const char* why);

[[gnu::cold]] void trace_publish(Core& core, const Link& link, const mqtt::Publish& publish,
                                 std::string_view topic);
[[gnu::cold]] void trace_refused(Core& core, const Link& link, const mqtt::Publish& publish,
                                 std::string_view topic, const TopicRefusal& refused);
// `what`: "park" or "delay".
[[gnu::cold]] void trace_held_back(Core& core, const char* what, const session::Message& message,
                                   std::uint64_t delay_s);
// As Core::match says. `is_here`: the publisher's shard, which names the other shards, too.
[[gnu::cold]] void trace_takers(Core& core, const session::Message& message, bool is_here);

[[gnu::cold]] void trace_deliver(Core& core, const session::Session& session,
                                 const session::Delivery& delivery);
[[gnu::cold]] void trace_wait(Core& core, const session::Session& session, const session::Held& held);
[[gnu::cold]] void trace_outcome(Core& core, const session::Session& session, const session::Held& held,
                                 const session::Message& message, Outcome outcome, Discard why);
// `of`: whose it was, "" or the name of a shared group.
[[gnu::cold]] void trace_discard(Core& core, std::string_view client_id, const session::Message& message,
                                 Discard why, std::string_view of = {});
// `what`: "dead-letter", "redrive", "expire" or "discard".
[[gnu::cold]] void trace_queue(Core& core, const Queue& queue, const char* what,
                               const session::Message& message, std::string_view why,
                               std::string_view to = {});

[[gnu::cold]] void trace_acknowledged(Core& core, const Link& link, mqtt::PacketType type,
                                      const mqtt::Acknowledgement& acknowledgement);
[[gnu::cold]] void trace_acknowledges(Core& core, const Link& link, mqtt::PacketType type,
                                      mqtt::PacketId packet_id, mqtt::ReasonCode reason, const char* why);

}  // namespace dray::shard
