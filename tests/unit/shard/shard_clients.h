// Clients that are connected, for the transcripts of the engine.
#pragma once

#include <string>
#include <string_view>

#include "shard_counts.h"

namespace dray::test {

inline void subscriber(World& world, const std::string& name, std::string_view filter, int qos,
                       ProtocolVersion version = ProtocolVersion::kV311) {
    world.client(name).sends(connect(name, version)).gets(connack());
    world.client(name).sends(subscribe(1, filter, qos)).gets(suback(1, qos));
}

inline void publisher(World& world, const std::string& name,
                      ProtocolVersion version = ProtocolVersion::kV311) {
    world.client(name).sends(connect(name, version)).gets(connack());
}

}  // namespace dray::test
