// FlatIndex: finds a number by the hash of what it stands for. Open addressing with linear probing: eight
// bytes a slot in one block of memory, between one eighth and three quarters full. The caller keeps what is
// indexed and compares it, so equal hashes are no trouble.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dray::topics {

class FlatIndex {
  public:
    static constexpr std::uint32_t kNone = 0xffffffff;

    // The number under `hash` for which `is_it(number)` holds, or kNone.
    template <typename Predicate>
    std::uint32_t find(std::uint32_t hash, Predicate is_it) const {
        if (slots_.empty()) return kNone;
        for (std::size_t at = hash & mask();; at = (at + 1) & mask()) {
            const Slot& slot = slots_[at];
            if (slot.number == kNone) return kNone;
            if (slot.hash == hash && is_it(slot.number)) return slot.number;
        }
    }

    // That find() will be asked for it.
    void prefetch(std::uint32_t hash) const {
        if (!slots_.empty()) __builtin_prefetch(&slots_[hash & mask()]);
    }

    // `number` is not under `hash` yet, and is not kNone.
    void insert(std::uint32_t hash, std::uint32_t number);
    // `number` is under `hash`.
    void erase(std::uint32_t hash, std::uint32_t number);
    // `from` is under `hash`; from now on it is `to`.
    void renumber(std::uint32_t hash, std::uint32_t from, std::uint32_t to);

    std::size_t size() const { return count_; }
    std::size_t memory_bytes() const { return slots_.capacity() * sizeof(Slot); }

  private:
    struct Slot {
        std::uint32_t hash = 0;
        std::uint32_t number = kNone;
    };

    std::size_t mask() const { return slots_.size() - 1; }
    std::size_t slot_of(std::uint32_t hash, std::uint32_t number) const;
    void place(Slot slot);
    void resize(std::size_t slots);

    std::vector<Slot> slots_;  // a power of two of them, or none
    std::size_t count_ = 0;
};

}  // namespace dray::topics
