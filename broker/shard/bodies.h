// A message that several sessions of a shard keep is on disk once, as a body; their pages refer to it. The
// store counts the holders (StoreBatch::release), so that a body goes with the last of them: after a restart
// with another number of shards they may be on several.
//
//     open_body(message)     each keep_entry() of that message refers to the body
//     close_body(message)    it is written, if anybody did
//
// A body's number is unique among all shards and starts; its low 8 bits are the shard.
#pragma once

#include <cstdint>
#include <unordered_map>

#include "session/session.h"
#include "shard/store_batch.h"

namespace dray::shard {

struct Core;

struct Bodies {
    std::uint64_t last_number = 0;  // above the 8 bits
    const session::Message* open = nullptr;
    std::uint32_t holders = 0;  // of the one that is open
    // Read from the disk since the start and still held: in memory once, too.
    std::unordered_map<std::uint64_t, session::MessageRef> loaded;
};

void open_body(Core& core, const session::Message& message);
void close_body(Core& core, const session::Message& message);
// Which body this message is to be kept as, with one more holder; 0 = none.
std::uint64_t refer_to_body(Core& core, const session::Message& message);

// At the start.
void recover_bodies(Core& core);
// None if it cannot be read or understood.
session::MessageRef load_body(Core& core, std::uint64_t number);
// A holder less.
void release_body(Core& core, const session::Held& held, StoreBatch& batch);

}  // namespace dray::shard
