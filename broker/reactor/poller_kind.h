// What reactors wait with (poller.h).
#pragma once

#include <cstdint>

namespace dray::reactor {

enum class PollerKind : std::uint8_t { kAuto, kIoUring, kEpoll };

}  // namespace dray::reactor
