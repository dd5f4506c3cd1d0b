#include "shard/queue_pages.h"

#include "base/assert.h"

namespace dray::shard {

bool QueuePages::has_room(Position position, const QueuedRecord& record) const {
    if (!is_open_) return false;
    const Page& page = pages_.rbegin()->second;
    return page.end() == position && page.count < Page::kCountMax &&
           changes_[page.change].entries.size() + record.message->weight() <= kPageBytesMax;
}

QueuePages::Change& QueuePages::change(Page& page) {
    if (page.change == Page::kUnchanged) {
        page.change = static_cast<std::uint32_t>(changes_.size());
        changes_.push_back({page.first, {}});
    }
    return changes_[page.change];
}

void QueuePages::add(const Page& page) {
    pages_.emplace(page.first, page);
    is_open_ = false;
}

void QueuePages::append(Position position, const QueuedRecord& record) {
    if (!has_room(position, record)) {
        add({.first = position});
        is_open_ = true;
    }
    Page& page = pages_.rbegin()->second;
    append_queued(change(page).entries, record);
    page.live |= page.bit(position);
    ++page.count;
}

void QueuePages::settle(Position position) {
    Page& page = std::prev(pages_.upper_bound(position))->second;
    DRAY_ASSERT(page.holds(position));
    page.live &= ~page.bit(position);
    change(page);
}

void QueuePages::forget(Position after, Position before) {
    auto page = pages_.upper_bound(after);
    while (page != pages_.end() && page->second.end() <= before) page = pages_.erase(page);
}

void QueuePages::clear() {
    pages_.clear();
    changes_.clear();
    is_open_ = false;
}

void QueuePages::write(StoredNumber queue, StoreBatch& batch) {
    for (const Change& change : changes_) {
        const auto found = pages_.find(change.first);
        Page& page = found->second;
        page.change = Page::kUnchanged;
        const bool is_new = !change.entries.empty();
        if (page.live == 0) {
            if (!is_new) batch.erase(Table::kQueueEntries, queued_key(queue, page.first, QueuedKey::kPage));
            if (page.has_progress)
                batch.erase(Table::kQueueEntries, queued_key(queue, page.first, QueuedKey::kProgress));
            pages_.erase(found);
            continue;
        }
        if (is_new)
            batch.put(Table::kQueueEntries, queued_key(queue, page.first, QueuedKey::kPage), change.entries);
        if (page.live == page.all()) continue;
        batch.put(Table::kQueueEntries, queued_key(queue, page.first, QueuedKey::kProgress),
                  encode(ProgressRecord{page.live, 0}));
        page.has_progress = true;
    }
    changes_.clear();
    is_open_ = false;
}

}  // namespace dray::shard
