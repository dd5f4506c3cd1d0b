// A port of loopback that was free a moment ago, for programs that cannot ask the system for one or that come
// back on the one they had. It lies below those that the system gives to whoever asks (32768 and up on
// Linux): up there a port that is free while its program is away may be somebody else's when it returns, and
// who tries a closed port again and again may even be connected with itself. Throws when none is found.
#pragma once

#include <cstdint>

namespace dray::conformance {

std::uint16_t free_port();

}  // namespace dray::conformance
