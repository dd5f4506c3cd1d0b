#include "topics/flat_index.h"

#include "base/assert.h"

namespace dray::topics {
namespace {

constexpr std::size_t kSlotsMin = 8;

}  // namespace

void FlatIndex::insert(std::uint32_t hash, std::uint32_t number) {
    if ((count_ + 1) * 4 > slots_.size() * 3) resize(slots_.empty() ? kSlotsMin : slots_.size() * 2);
    place({hash, number});
    ++count_;
}

void FlatIndex::erase(std::uint32_t hash, std::uint32_t number) {
    std::size_t hole = slot_of(hash, number);
    // Move back whatever was pushed on by the one that leaves: no tombstones are left behind.
    for (std::size_t at = (hole + 1) & mask(); slots_[at].number != kNone; at = (at + 1) & mask()) {
        const std::size_t home = slots_[at].hash & mask();
        if (((at - home) & mask()) < ((at - hole) & mask())) continue;
        slots_[hole] = slots_[at];
        hole = at;
    }
    slots_[hole] = Slot{};
    --count_;
    if (count_ * 8 < slots_.size() && slots_.size() > kSlotsMin) resize(slots_.size() / 2);
}

void FlatIndex::renumber(std::uint32_t hash, std::uint32_t from, std::uint32_t to) {
    slots_[slot_of(hash, from)].number = to;
}

std::size_t FlatIndex::slot_of(std::uint32_t hash, std::uint32_t number) const {
    DRAY_ASSERT(count_ > 0);
    std::size_t at = hash & mask();
    for (; slots_[at].number != number; at = (at + 1) & mask()) DRAY_ASSERT(slots_[at].number != kNone);
    return at;
}

void FlatIndex::place(Slot slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].number != kNone) at = (at + 1) & mask();
    slots_[at] = slot;
}

void FlatIndex::resize(std::size_t slots) {
    std::vector<Slot> old(slots);
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.number != kNone) place(slot);
    }
}

}  // namespace dray::topics
