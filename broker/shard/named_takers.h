// What queues and streams have in common: they have names, and take the messages of topics.
//
// Pure functions.
#pragma once

#include <string_view>

namespace dray::shard {

// Not empty, at most 200 bytes, and one level of a topic: no '/', '+', '#' or control characters.
bool is_valid_taker_name(std::string_view name);

// Whether it is a filter of topics, and not itself the name of something with a home.
bool is_attracted_by(std::string_view filter);

}  // namespace dray::shard
