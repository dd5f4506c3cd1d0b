// How long the calling thread may run before others that want its processor have their turn. Short slices
// also make it sooner that a thread which has just been woken runs (Linux from 6.12 on; earlier ones and
// those that forbid it go on as before): who runs briefly and often gains, and takes nothing from the others.
// Policy and niceness stay as they are. Any thread.
#pragma once

#include <chrono>

namespace dray::reactor {

// Returns whether the kernel took it; 0.1 ms is the least that it grants.
bool ask_for_time_slices_of(std::chrono::nanoseconds length);

}  // namespace dray::reactor
