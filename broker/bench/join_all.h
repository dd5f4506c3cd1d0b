// Turns until all clients of a crowd are connected and subscribed. Throws Failure when none makes progress.
#pragma once

#include "bench/crowd.h"

namespace dray::bench {

void join_all(Crowd& crowd);

}  // namespace dray::bench
