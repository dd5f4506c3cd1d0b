// The messages of a session that was there before the start: they are read when it is touched first. What is
// damaged is passed over (damage.h).
#include <algorithm>
#include <optional>
#include <unordered_map>
#include <vector>

#include "shard/core.h"
#include "shard/damage.h"
#include "shard/records.h"

namespace dray::shard {

namespace {

using session::Held;
using session::Inflight;
using session::Page;
using session::Session;

// Where pages could not be read, those to come keep out of the way of their positions.
constexpr std::uint64_t kUnreadPositionsMax = std::uint64_t{1} << 32;

// By the first position of the page; nothing if it is damaged.
using Progress = std::unordered_map<std::uint64_t, std::optional<ProgressRecord>>;

// A message of a session, as it was on disk.
struct StoredEntry {
    Held held;
    bool is_released = false;
};

std::string place_of(const Session& session) {
    return "session '" + session.client_id + "'";
}

Progress load_progress(Core& core, const Session& session) {
    Progress progress;
    const auto take = [&](std::string_view key, std::string_view value) {
        const auto first = position_in(key);
        const auto record = decode_progress(value);
        if (first) progress[*first] = record;
        if (!first || !record) {
            report_damage(core, place_of(session),
                          "what became of some messages is not understood: they may come once more", 0);
        }
        return true;
    };
    const std::string wrong = core.store.scan_readable(Table::kProgress, key_of(session.stored), {}, take);
    if (!wrong.empty()) report_damage(core, place_of(session), wrong, 0);
    return progress;
}

void lose(Core& core, Session& session, Held held) {
    report_damage(
        core, place_of(session) + ", message " + std::to_string(held.position),
        held.body != 0 ? "the message that it shares with other sessions is not there" : kNotUnderstood, 1);
    forget_entry(core, session, held);
}

Page page_of(std::uint64_t first, const PageRemains& stored, const Progress& progress) {
    Page page = Page::read(first, stored.entries.size(), stored.is_cut);
    const auto known = progress.find(first);
    page.has_progress = known != progress.end();
    if (page.has_progress && known->second) {
        page.live = known->second->live & page.all();
        page.released = known->second->released;
    }
    return page;
}

void load_page(Core& core, Session& session, const Page& page, PageEntries stored,
               std::vector<StoredEntry>& entries) {
    stored.resize(page.count);
    session.pages.push_back(page);
    for (std::size_t i = 0; i < stored.size(); ++i) {
        const std::uint64_t bit = page.bit(page.first + i);
        if ((page.live & bit) == 0) continue;
        const bool is_released = (page.released & bit) != 0;
        Held held = std::move(stored[i]).value_or(Held());
        held.position = page.first + i;
        if (is_released) {  // only its packet id is needed
            held.message = {};
            held.qos = mqtt::QoS::kExactlyOnce;
        } else if (held.body != 0) {
            held.message = load_body(core, held.body);
        }
        if (is_released || held.message) {
            entries.push_back({std::move(held), is_released});
        } else {
            lose(core, session, std::move(held));
        }
    }
}

// False if some of its pages cannot be read.
bool load_pages(Core& core, Session& session, std::vector<StoredEntry>& entries) {
    const Progress progress = load_progress(core, session);
    const auto take = [&](std::string_view key, std::string_view value) {
        PageRemains stored = decode_remains(value);
        if (const auto first = position_in(key)) {
            const Page page = page_of(*first, stored, progress);
            load_page(core, session, page, std::move(stored.entries), entries);
        } else {
            report_damage(core, place_of(session), kNotUnderstood, 1);
        }
        return true;
    };
    const std::string wrong = core.store.scan_readable(Table::kEntries, key_of(session.stored), {}, take);
    if (!wrong.empty()) report_damage(core, place_of(session), wrong, 0);
    return wrong.empty();
}

}  // namespace

void load_messages(Core& core, Session& session) {
    session.is_loaded = true;
    std::vector<StoredEntry> entries;
    const bool is_complete = load_pages(core, session, entries);
    std::uint64_t last_released = 0;
    for (const StoredEntry& entry : entries) {
        if (entry.is_released) last_released = entry.held.position;
    }
    const session::Page* last = session.pages.last();
    session.last_position = std::max(last_released, last == nullptr ? 0 : last->end() - 1);
    if (session.sent_up_to == kAnyMayBeSent) session.sent_up_to = session.last_position + 1;
    // New messages come behind those that were sent, or after another restart they would seem so, too.
    session.last_position = std::max(session.last_position + 1, session.sent_up_to) - 1;
    if (!is_complete) session.last_position += kUnreadPositionsMax;
    for (auto& [held, is_released] : entries) {
        held.sent_before = held.position < session.sent_up_to;
        // Once PUBREC has come the topic is not known any more.
        held.root =
            held.message ? core.statistics.books.root_of(held.message->topic()) : RootBooks::kOtherRoots;
        core.statistics.books[held.root].hold();
        if (held.position <= last_released) {
            const auto phase = is_released                           ? Inflight::Phase::kAwaitsPubcomp
                               : held.qos == mqtt::QoS::kExactlyOnce ? Inflight::Phase::kAwaitsPubrec
                                                                     : Inflight::Phase::kAwaitsPuback;
            ++core.statistics.inflight;
            session.inflight.restore(std::move(held), phase);
        } else {
            session.queue_bytes += held.message->weight();
            core.statistics.queued_bytes += held.message->payload().size();
            session.queue.push_back(std::move(held));
        }
    }
}

}  // namespace dray::shard
