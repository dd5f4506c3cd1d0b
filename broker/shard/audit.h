// A look into everything that a shard has, for simulations: it takes as long as there is state. Each function
// says in words what is wrong, and nothing if nothing is.
#pragma once

#include <string>

namespace dray::shard {

struct Core;

// What the books and gauges say that is not so.
std::string audit(Core& core);
// What is more than a limit allows.
std::string beyond_limits(Core& core);
// What is under way: in a broker that has calmed down, whose clients have acknowledged everything, a leak.
std::string unfinished(Core& core);

}  // namespace dray::shard
