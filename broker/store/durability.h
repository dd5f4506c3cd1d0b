// What "acknowledged" promises, as the configuration has it.
#pragma once

#include <cstdint>

namespace dray::store {

enum class Durability : std::uint8_t {
    kFsync,   // it is on the disk: survives the loss of power
    kOs,      // it is with the operating system: survives the end of the process
    kMemory,  // nothing is kept
};

}  // namespace dray::store
