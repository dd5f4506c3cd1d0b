#include "shard/page_writer.h"

#include "shard/records.h"
#include "shard/sessions.h"

namespace dray::shard {

using session::Page;
using session::Session;

PageWriter::Change& PageWriter::add(const Session& session, Page& page) {
    if (count_ == changes_.size()) changes_.emplace_back();
    page.change = count_++;
    Change& change = changes_[page.change];
    change.session = session.number;
    change.stored = session.stored;
    change.first = page.first;
    change.is_new = false;
    change.count = 0;
    change.entries.clear();
    return change;
}

// Begun in this turn: nothing of it is on disk.
bool PageWriter::is_new(const Page& page) const {
    return page.change != Page::kUnchanged && changes_[page.change].is_new;
}

bool PageWriter::has_room(const Page* page, const session::Held& held) const {
    return page != nullptr && is_new(*page) && page->end() == held.position &&
           page->count < Page::kCountMax &&
           changes_[page->change].entries.size() + held.message->weight() <= kPageBytesMax;
}

void PageWriter::append(Session& session, const session::Held& held) {
    Page* page = session.pages.last();
    if (!has_room(page, held)) {
        page = &session.pages.push_back({.first = held.position});
        add(session, *page).is_new = true;
    }
    append_entry(changes_[page->change].entries, held);
    page->live |= page->bit(held.position);
    ++page->count;
}

void PageWriter::release(Session& session, std::uint64_t position) {
    Page* page = session.pages.find(position);
    if (page == nullptr) return;
    page->released |= page->bit(position);
    if (page->change == Page::kUnchanged) add(session, *page);
}

void PageWriter::settle(Session& session, std::uint64_t position) {
    Page* page = session.pages.find(position);
    if (page == nullptr) return;
    page->live &= ~page->bit(position);
    if (page->is_promised) return session.pages.drop_done();
    if (page->change == Page::kUnchanged) add(session, *page);
}

void PageWriter::erase(StoredNumber stored, const Page& page, StoreBatch& batch) {
    const std::string key = key_of(stored, page.first);
    batch.erase(Table::kEntries, key);
    if (page.has_progress) batch.erase(Table::kProgress, key);
}

void PageWriter::forget(Session& session, StoreBatch& batch) const {
    session.pages.for_each([&](const Page& page) {
        if (!page.is_promised && !is_new(page)) erase(session.stored, page, batch);
    });
    session.pages.clear();
}

void PageWriter::rewrite(Session& session) {
    const auto is_due = [](const Page& page) {
        return page.change != Page::kUnchanged && page.live != 0 && page.live != page.all();
    };
    session.pages.for_each([&](const Page& page) {
        if (!is_due(page)) return;
        changes_[page.change].entries.clear();
        changes_[page.change].count = 0;
    });
    const auto fill = [](Change& change, std::uint64_t until) {
        for (; change.count < until; ++change.count) append_nothing(change.entries);
    };
    const auto add = [&](const session::Held& held) {
        const Page* page = session.pages.find(held.position);
        if (page == nullptr || !is_due(*page)) return;
        // Once PUBREC has come only the body is of interest, for it is to be let go.
        const bool is_released = (page->released & page->bit(held.position)) != 0;
        if (is_released && held.body == 0) return;
        Change& change = changes_[page->change];
        fill(change, held.position - page->first);
        append_entry(change.entries, held);
        ++change.count;
    };
    session.inflight.for_each([&](const session::Inflight::Entry& entry) { add(entry.held); });
    for (std::size_t i = 0; i < session.queue.size(); ++i) add(session.queue[i]);
    session.pages.for_each([&](const Page& page) {
        if (is_due(page)) fill(changes_[page.change], page.count);
    });
}

void PageWriter::write(const Change& change, Page& page, StoreBatch& batch) {
    if (page.live == 0) {
        if (!change.is_new) erase(change.stored, page, batch);
        return;
    }
    const std::string key = key_of(change.stored, change.first);
    if (!change.entries.empty()) batch.put(Table::kEntries, key, change.entries);
    if (page.live == page.all() && page.released == 0) return;
    batch.put(Table::kProgress, key, encode(ProgressRecord{page.live, page.released}));
    page.has_progress = true;
}

void PageWriter::write(const Sessions& sessions, StoreBatch& batch) {
    for (std::uint32_t i = 0; i < count_; ++i) {
        Change& change = changes_[i];
        Session* session = sessions.find_number(change.session);
        if (session != nullptr && session->stored == change.stored) {
            Page* page = session->pages.find(change.first);
            write(change, *page, batch);
            page->change = Page::kUnchanged;
            session->pages.drop_done();
        }
        if (change.entries.capacity() > kSpareBytesMax) change.entries = {};
    }
    count_ = 0;
}

}  // namespace dray::shard
