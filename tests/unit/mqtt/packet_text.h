// Every field of a packet as one line of text: two packets are equal when their texts are, and a failing
// test shows the difference.
#pragma once

#include <string>

#include "mqtt/packet.h"

namespace dray::mqtt {

std::string text_of(const Packet& packet);

}  // namespace dray::mqtt
