#include "shard/stream_blocks.h"

#include <algorithm>

namespace dray::shard {

const StreamBlocks::Block* StreamBlocks::find(StoredNumber stream, std::uint64_t offset) {
    const auto found = std::ranges::find_if(blocks_, [&](const Block& block) {
        return block.stream == stream && block.first <= offset && offset < block.next();
    });
    if (found == blocks_.end()) return nullptr;
    blocks_.splice(blocks_.begin(), blocks_, found);
    return &blocks_.front();
}

const StreamBlocks::Block& StreamBlocks::add(StoredNumber stream, const StoreBatch& records) {
    while (!blocks_.empty() && bytes_ + records.bytes() > bytes_max_) {
        bytes_ -= blocks_.back().bytes.bytes();
        blocks_.pop_back();
    }
    Block& block = blocks_.emplace_front();
    block.stream = stream;
    block.bytes = records;
    bytes_ += records.bytes();
    block.bytes.for_each([&](const StoreBatch::Change& record) {
        const auto offset = parse_number(parse_session_key(record.key)->rest);
        if (block.values.empty()) block.first = *offset;
        if (*offset == block.next()) block.values.push_back(record.value);
    });
    return block;
}

}  // namespace dray::shard
