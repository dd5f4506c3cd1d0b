// Do the books and gauges say what is there? Looks into every window, queue, group and outbox of the shard.
// For simulations: it takes as long as there is state.
#pragma once

#include <string>

namespace dray::shard {

struct Core;

// What is wrong, in words; empty if nothing is.
std::string audit(Core& core);

}  // namespace dray::shard
