// Topics and filters from a small world, so that random ones meet often: few words, few levels, many of them
// empty, '$' or wildcards.
#pragma once

#include <cstdint>
#include <string>

#include "base/random.h"

namespace dray::topics {

std::string random_topic(Random& random);
std::string random_filter(Random& random);

// DRAY_SEED if given, else a fresh one; printed either way.
std::uint64_t test_seed();

}  // namespace dray::topics
