// What people call a version of the protocol. Pure; any thread.
#pragma once

#include <string_view>

#include "mqtt/packet.h"

namespace dray::mqtt {

inline std::string_view version_name(ProtocolVersion version) {
    switch (version) {
        case ProtocolVersion::kV31:
            return "3.1";
        case ProtocolVersion::kV311:
            return "3.1.1";
        case ProtocolVersion::kV5:
            break;
    }
    return "5.0";
}

}  // namespace dray::mqtt
