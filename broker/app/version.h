// What the program calls itself; CMake defines it from the project's version.
#pragma once

namespace dray::app {

inline constexpr const char* kVersion = "dray " DRAY_VERSION;

}  // namespace dray::app
