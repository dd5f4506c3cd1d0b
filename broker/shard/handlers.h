// One handler for each packet type that a client may send; each in a file of its name.
#pragma once

#include "mqtt/decode.h"
#include "shard/links.h"

namespace dray::shard {

struct Core;

enum class Handled : bool { kHere, kHandedOver };

// `bytes` is the whole packet.
Handled handle_connect(Core& core, Link& link, const mqtt::Connect& connect, ByteView bytes);
// The two ends of a CONNECT.
void refuse_connect(Core& core, Link& link, mqtt::ReasonCode reason, const char* why);
void accept_connect(Core& core, Link& link, const mqtt::Connect& connect, const std::string& client_id,
                    const AuthAnswer& proof);
void handle_publish(Core& core, Link& link, const mqtt::Publish& publish);
void handle_puback(Core& core, Link& link, const mqtt::Acknowledgement& puback);
void handle_pubrec(Core& core, Link& link, const mqtt::Acknowledgement& pubrec);
void handle_pubrel(Core& core, Link& link, const mqtt::Acknowledgement& pubrel);
void handle_pubcomp(Core& core, Link& link, const mqtt::Acknowledgement& pubcomp);
void handle_subscribe(Core& core, Link& link, const mqtt::Subscribe& subscribe);
void handle_unsubscribe(Core& core, Link& link, const mqtt::Unsubscribe& unsubscribe);
void handle_pingreq(Core& core, Link& link);
void handle_disconnect(Core& core, Link& link, const mqtt::Disconnect& disconnect);
void handle_auth(Core& core, Link& link, const mqtt::Auth& auth);

// Why something may not be done with a topic or filter.
struct TopicRefusal {
    mqtt::ReasonCode reason = mqtt::ReasonCode::kSuccess;
    const char* why = "";
};
// Whether any client may publish to that topic.
TopicRefusal refuse_topic(const Core& core, std::string_view topic);
// For the log (Effects::Refusal).
void tell_refusal(Core& core, const Link& link, const char* what, std::string_view topic,
                  const TopicRefusal& refused);

// The gate has opened for a message of this link (parking.h).
void accept_parked(Core& core, Link& link, const Parked& parked);

// Releases the acknowledgements at the front of the link's line that are ready.
void release_due(Core& core, Link& link);

}  // namespace dray::shard
