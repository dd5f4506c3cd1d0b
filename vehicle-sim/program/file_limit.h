// A connection is an open file, and the system limits those.
#pragma once

#include <cstdint>
#include <string>

namespace dray::program {

// Raises the soft limit as far as needed for so many connections. Returns nothing, or what to do about it.
std::string allow_connections(std::uint32_t count);

}  // namespace dray::program
