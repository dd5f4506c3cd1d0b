// Where the broker is: mqtt://host:port, as the setting `broker` says it.
#pragma once

#include <string>

namespace dray::service {

struct BrokerAddress {
    std::string host;
    std::string port;
};

// Throws SettingsError when that is no address.
BrokerAddress parse_broker_address(const std::string& broker);

}  // namespace dray::service
