// Gathers what a turn changes in the pages of sessions (session/pages.h), and writes each page once, at its
// end. Lives on the sessions' shard.
#pragma once

#include <string>
#include <vector>

#include "session/session.h"
#include "shard/store_batch.h"

namespace dray::shard {

class Sessions;

class PageWriter {
  public:
    // A message that goes behind all others of this session.
    void append(session::Session& session, const session::Held& held);
    // PUBREC has come for it.
    void release(session::Session& session, std::uint64_t position);
    // It is done with.
    void settle(session::Session& session, std::uint64_t position);

    // After some of its messages were settled before their turn: what is left of their pages is written
    // without them, so that their bytes go at once.
    void rewrite(session::Session& session);
    // With the session everything goes.
    void forget(session::Session& session, StoreBatch& batch) const;
    // At the end of the turn.
    void write(const Sessions& sessions, StoreBatch& batch);

  private:
    // A page goes when its last message does: the larger, the longer the others' bytes wait for that.
    static constexpr std::size_t kPageBytesMax = 64 * 1024;
    static constexpr std::size_t kSpareBytesMax = 16 * 1024;

    struct Change {
        session::SessionNumber session = 0;
        std::uint64_t stored = 0;
        std::uint64_t first = 0;
        bool is_new = false;
        std::uint32_t count = 0;  // of entries that are here
        std::string entries;      // of a page that is to be written, new or again
    };
    Change& add(const session::Session& session, session::Page& page);
    bool has_room(const session::Page* page, const session::Held& held) const;
    bool is_new(const session::Page& page) const;
    static void erase(std::uint64_t stored, const session::Page& page, StoreBatch& batch);
    static void write(const Change& change, session::Page& page, StoreBatch& batch);

    std::vector<Change> changes_;  // the first so many; the others are kept for their memory
    std::uint32_t count_ = 0;
};

}  // namespace dray::shard
