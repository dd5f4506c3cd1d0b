// Who a client is: User Name and Password, or enhanced authentication by AUTH packets, MQTT 5.0 section 4.12.
//
//     CONNECT method, data   ->  begin          AUTH 0x18 <-> AUTH 0x18 ...   CONNACK
//     AUTH 0x19 method, data ->  again, later   AUTH 0x18 <-> AUTH 0x18 ...   AUTH 0x00
//
// While an exchange runs before the CONNACK, the link keeps the bytes of the CONNECT.
#pragma once

#include <memory>
#include <string>

#include "mqtt/packet.h"
#include "shard/auth_port.h"

namespace dray::shard {

struct Core;
struct Link;

struct Authentication {
    std::string method;
    std::unique_ptr<AuthExchange> exchange;  // none between one and the next
    std::string user;                        // who the client proved to be
    std::string connect;                     // the packet that waits for the end of the exchange
    std::string client_id;                   // its own or the one that we assigned
};

// What CONNECT says about who it comes from. Opens link.authentication when it names a method that exists.
AuthAnswer authenticate(Core& core, Link& link, const mqtt::Connect& connect);

// AUTH 0x18 to the client, with its method and `data`.
void send_challenge(Core& core, Link& link, mqtt::ReasonCode reason, const std::string& data);

}  // namespace dray::shard
