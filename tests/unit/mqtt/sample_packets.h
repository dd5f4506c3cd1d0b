// Packets with the bytes that the specification gives them, both made by hand. Between them they use every
// packet in every version, every property, and both forms of what may be left out.
#pragma once

#include <string>
#include <vector>

#include "mqtt/packet.h"

namespace dray::mqtt {

struct Sample {
    std::string name;
    ProtocolVersion version;
    Packet packet;
    std::string bytes;
};

// All of them; the packets' views point at literals and at storage that lives as long as the program.
const std::vector<Sample>& sample_packets();

// The two halves.
std::vector<Sample> samples_before_v5();
std::vector<Sample> samples_of_v5();

}  // namespace dray::mqtt
