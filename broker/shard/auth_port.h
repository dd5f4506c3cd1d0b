// What a shard asks of whoever knows the clients' credentials (room auth). One object serves all shards, from
// their threads, at the same time.
//
// Answers are given at once. An authenticator that has to ask elsewhere would need a fourth kind of answer,
// "later": the link already keeps its CONNECT for as long as an exchange takes (authentication.h), so that
// such an answer may come as one more input of the shard.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/byte_view.h"
#include "base/instant.h"
#include "mqtt/reason_code.h"
#include "shard/access_port.h"

namespace dray::shard {

struct AuthAnswer {
    enum class Kind : std::uint8_t { kContinue, kSuccess, kFailure };
    Kind kind = Kind::kFailure;
    std::string data;             // Authentication Data for the client; may be empty
    std::string user;             // on failure: who it is said to be, if the exchange knows. On success who
                                  // it is ...
    bool is_anonymous = false;    // ... by its own word only
    Claims claims;                // ... and what else its token says
    bool is_operator = false;     // ... which drayd itself signed for an operator
    Instant expires_at = kNever;  // ... and until when: then the connection ends
    mqtt::ReasonCode reason{};    // on failure: one that CONNACK may carry
    const char* why = "";         // on failure, in words that give no secret away; a literal
};

// One exchange of AUTH packets, MQTT 5.0 section 4.12.
class AuthExchange {
  public:
    virtual ~AuthExchange() = default;
    // What the client sent; empty if it sent none.
    virtual AuthAnswer next(std::string_view data) = 0;
};

class AuthPort {
  public:
    virtual ~AuthPort() = default;
    // None if there is no such Authentication Method.
    virtual std::unique_ptr<AuthExchange> begin(std::string_view method) const = 0;
    // User Name and Password of a CONNECT.
    virtual AuthAnswer check_password(std::string_view user, ByteView password, Instant now) const = 0;
};

}  // namespace dray::shard
