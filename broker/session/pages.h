// Which records on disk hold the messages of one session: up to 64 that follow on each other share a record,
// a page. A message alone costs a store much more than its bytes; many together cost little more than theirs.
//
//     page first = 17, count = 5     position   17   18   19   20   21
//                                    live        .    1    1    .    1     . = done with
//                                    released    .    .    1    .    .     1 = PUBREC has come
//
// The page itself is written once. What becomes of its messages stands in a small record beside it, and when
// none is live both are erased. Lives in the session; shard/page_writer.h writes.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "base/ring.h"

namespace dray::session {

struct Page {
    static constexpr std::uint8_t kCountMax = 64;
    static constexpr std::uint32_t kUnchanged = 0xFFFFFFFF;

    std::uint64_t first = 0;  // position
    std::uint64_t live = 0;   // bit i: the message at first + i
    std::uint64_t released = 0;
    std::uint32_t change = kUnchanged;  // where the writer has it, if it is to be written
    std::uint8_t count = 0;
    bool is_promised = false;   // it is part of somebody else's commit, and not on disk yet
    bool has_progress = false;  // there is a record of what became of its messages

    // One that stands on disk, of which so many messages can be read. If it is cut off behind them, nobody
    // knows how many there were: one more at least.
    static Page read(std::uint64_t first, std::size_t messages, bool is_cut) {
        Page page{.first = first};
        page.count = is_cut ? kCountMax : static_cast<std::uint8_t>(messages);
        page.live = page.all();
        if (is_cut && messages + 1 < kCountMax) page.live = (std::uint64_t{2} << messages) - 1;
        return page;
    }

    std::uint64_t end() const { return first + count; }
    bool holds(std::uint64_t position) const { return position >= first && position < end(); }
    std::uint64_t bit(std::uint64_t position) const { return std::uint64_t{1} << (position - first); }
    std::uint64_t all() const { return ~std::uint64_t{0} >> (kCountMax - count); }
};

class Pages {
  public:
    bool empty() const { return pages_.empty(); }
    // The one with the highest positions, or none.
    Page* last() { return pages_.empty() ? nullptr : &pages_.back(); }
    // Behind all others; valid until the next change.
    Page& push_back(const Page& page) { return pages_.push_back(page); }
    // The page that holds this position, or none.
    Page* find(std::uint64_t position) {
        std::size_t low = 0;
        for (std::size_t high = pages_.size(); low < high;) {
            const std::size_t middle = low + (high - low) / 2;
            if (pages_[middle].end() <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < pages_.size() && pages_[low].holds(position) ? &pages_[low] : nullptr;
    }
    // Those at the front that are through.
    void drop_done() {
        while (!pages_.empty() && pages_.front().live == 0 && pages_.front().change == Page::kUnchanged)
            pages_.pop_front();
        if (pages_.empty()) pages_.clear_and_free();
    }
    void clear() { pages_.clear_and_free(); }
    template <typename Visit>
    void for_each(Visit visit) {
        for (std::size_t i = 0; i < pages_.size(); ++i) visit(pages_[i]);
    }

  private:
    Ring<Page> pages_;
};

}  // namespace dray::session
