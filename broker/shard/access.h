// Where access rules are asked (access_port.h), and what for:
//
//     CONNECT      the will's topic                                             CONNACK 0x87
//     PUBLISH      the topic; of $delayed/<seconds>/<topic> that topic          PUBACK, PUBREC 0x87; counted
//     SUBSCRIBE    the filter; of $share/<group>/<filter> that filter; of       SUBACK 0x87 (3.1.1: 0x80)
//                  a stream its name ($stream/<name>) and the filter behind
//                  it, if there is one; of a queue its name ($queue/<name>)
//                  of what is below $dray/: watches.h
//     delivery     the topic, also where a wider filter was granted             discarded, "not allowed"
//
// What a named queue gives is not looked at message by message: whoever may consume it may have what is in
// it. Without rules all of this costs a branch.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "session/session.h"
#include "shard/auth_port.h"
#include "shard/handlers.h"

namespace dray::shard {

struct Core;
struct Link;

// Where the admin API's own clients come from, in LinkOptions::peer: no address of a network looks like it.
// They are let in whoever the users and whatever the rules are, as all that operators ask for.
inline constexpr std::string_view kOperatorPeer = "the admin API";
bool is_operator(const Link& link);

// Where this broker's own bridges and sinks come from, in LinkOptions::peer, before their names; and before
// their client ids, which nobody else may have.
inline constexpr std::string_view kBridgePrefix = "$bridge.";
inline constexpr std::string_view kSinkPrefix = "$sink.";
bool may_be_called(const Link& link, std::string_view client_id);
// What a broker before MQTT 5.0 sends at once knows no Receive Maximum, and so neither does what a bridge
// brings of it.
bool is_bridge(const Link& link);

// Gives the link its rules, for good. Not kSuccess: this client may not connect as it wants to.
TopicRefusal take_access(Core& core, Link& link, const mqtt::Connect& connect, std::string_view client_id,
                         const AuthAnswer& proof);

TopicRefusal refuse_publish(Core& core, const Link& link, std::string_view topic);
TopicRefusal refuse_subscribe(Core& core, const Link& link, std::string_view filter);
// `source`: of that message, session::Held::source.
bool may_receive(const Link& link, const session::Session& session, std::uint16_t source,
                 std::string_view topic);

// Whether those rules grant that filter, of whatever kind it is (above).
bool may_subscribe(const ClientAccess& access, std::string_view filter);

// At the end of a connection: rules may have changed since CONNECT, and what they do not allow any more is no
// will.
void drop_forbidden_will(Core& core, const Link& link, session::Session& session);

// Of a session that goes on: it keeps no subscription that its client may not have any more.
void drop_forbidden_subscriptions(Core& core, Link& link, session::Session& session);

}  // namespace dray::shard
