#include "services/common/broker_address.h"

#include <string_view>

#include "services/common/settings.h"

namespace dray::service {

BrokerAddress parse_broker_address(const std::string& broker) {
    static constexpr std::string_view kScheme = "mqtt://";
    const auto rest = broker.starts_with(kScheme) ? broker.substr(kScheme.size()) : std::string{};
    const auto colon = rest.rfind(':');
    const bool good = colon != std::string::npos && colon > 0 && colon + 1 < rest.size() &&
                      rest.find('/') == std::string::npos &&
                      rest.find_first_not_of("0123456789", colon + 1) == std::string::npos;
    if (!good) throw SettingsError("broker must look like mqtt://host:1883, not \"" + broker + "\"");
    return {.host = rest.substr(0, colon), .port = rest.substr(colon + 1)};
}

}  // namespace dray::service
