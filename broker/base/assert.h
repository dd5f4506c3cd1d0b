// Assertions that stay on in release: they mark our own bugs, never a peer's bytes or the world's failures.
#pragma once

namespace dray {

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace dray

#define DRAY_ASSERT(condition)                         \
    (__builtin_expect(static_cast<bool>(condition), 1) \
         ? void()                                      \
         : ::dray::assertion_failed(#condition, __FILE__, __LINE__))
