#include "shard/bodies.h"

#include "shard/core.h"
#include "shard/records.h"

namespace dray::shard {

namespace {

std::uint64_t open_number(const Core& core) {
    return core.persistence.bodies.last_number << 8 | core.options.index;
}

}  // namespace

void open_body(Core& core, const session::Message& message) {
    Bodies& bodies = core.persistence.bodies;
    ++bodies.last_number;
    bodies.holders = 0;
    bodies.open = &message;
}

void close_body(Core& core, const session::Message& message) {
    Bodies& bodies = core.persistence.bodies;
    bodies.open = nullptr;
    if (bodies.holders == 0) return;
    StoreBatch& records = records_of_now(core);
    const std::string key = key_of(open_number(core));
    records.put(Table::kBodies, key, encode(message));
    records.put(Table::kHolders, key, encode_holders(bodies.holders));
}

std::uint64_t refer_to_body(Core& core, const session::Message& message) {
    Bodies& bodies = core.persistence.bodies;
    if (bodies.open != &message) return 0;
    ++bodies.holders;
    return open_number(core);
}

void recover_bodies(Core& core) {
    const std::string last = core.store.last_key(Table::kBodies);
    if (!last.empty()) core.persistence.bodies.last_number = parse_number(last).value_or(0) >> 8;
}

session::MessageRef load_body(Core& core, std::uint64_t number) {
    auto& loaded = core.persistence.bodies.loaded;
    if (const auto found = loaded.find(number); found != loaded.end()) return found->second;
    session::MessageRef message;
    core.store.scan_readable(Table::kBodies, key_of(number), {},
                             [&](std::string_view, std::string_view value) {
                                 message = decode_message(value);
                                 return false;
                             });
    if (message) loaded[number] = message;
    return message;
}

void release_body(Core& core, const session::Held& held, StoreBatch& batch) {
    Bodies& bodies = core.persistence.bodies;
    // It has expired, say, before all had it.
    if (bodies.open != nullptr && held.body == open_number(core)) {
        --bodies.holders;
        return;
    }
    batch.release(key_of(held.body));
    auto& loaded = bodies.loaded;
    const auto found = loaded.find(held.body);
    // Nobody else here, but the one that lets it go now.
    if (found != loaded.end() && found->second->owners() <= 2) loaded.erase(found);
}

}  // namespace dray::shard
