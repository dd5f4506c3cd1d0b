// What the store cannot give back while clients are being served: a record whose bytes have changed since
// they were written, or a place of the disk that cannot be read. (At the start the broker refuses such a
// store.) The shard goes on without it, and nothing is passed over in silence:
//
//     a message of a session, a queue or a stream   lost: in the books it is discarded as "damaged"
//     what became of messages                       they may come once more
//     either                                        a line in the log that says where, and what is wrong
//
// Of a place that cannot be read nobody knows what was there; once it can, the next start finds it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dray::shard {

struct Core;

inline constexpr std::string_view kNotUnderstood = "its bytes are not understood";

// So many messages are lost that were not in the books yet; 0: they were, or nobody knows how many.
void report_damage(Core& core, std::string where, std::string_view what, std::uint64_t messages_lost);

}  // namespace dray::shard
