// amqps://user@host:5671/vhost, as https://www.rabbitmq.com/uri-spec.html has it, but without a password:
// that one belongs into a file. Parts may be percent-encoded: the virtual host "/" is %2F, or nothing at all.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/address.h"

namespace dray::sink {

struct AmqpUrl {
    bool tls = false;
    std::string user = "guest";
    std::string host;  // without brackets
    std::uint16_t port = 0;
    std::string virtual_host = "/";
};

// The error says what is wrong with it.
Result<AmqpUrl, net::Failure> parse_amqp_url(std::string_view text);

}  // namespace dray::sink
