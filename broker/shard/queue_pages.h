// Which records on disk hold the messages of one queue: up to 64 that come in one turn share one, a page
// (session/pages.h says why). Messages leave a queue in any order; what is left of a page stands in a small
// record beside it, and when nothing is, both are erased.
//
// Known are the pages of the messages that are in memory (queue_messages.h). Gathers what a turn changes, and
// writes each page once, at its end. Lives on the queue's home shard.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "session/pages.h"
#include "shard/queue_messages.h"
#include "shard/queue_records.h"
#include "shard/store_batch.h"

namespace dray::shard {

class QueuePages {
  public:
    using Page = session::Page;
    using Position = QueueMessages::Position;

    // A message behind all others: into the page that this turn has begun, if it has room and nobody has
    // closed it.
    void append(Position position, const QueuedRecord& record);
    void close() { is_open_ = false; }
    // One that somebody else writes, or that was read.
    void add(const Page& page);
    // A message is done with.
    void settle(Position position);
    // The messages between these two are not in memory any more.
    void forget(Position after, Position before);
    // All records are gone.
    void clear();
    // At the end of the turn.
    void write(StoredNumber queue, StoreBatch& batch);

  private:
    static constexpr std::size_t kPageBytesMax = 64 * 1024;

    struct Change {
        Position first = 0;
        std::string entries;  // of a page that this turn has begun
    };
    bool has_room(Position position, const QueuedRecord& record) const;
    Change& change(Page& page);

    std::map<Position, Page> pages_;
    std::vector<Change> changes_;
    bool is_open_ = false;  // the last of `changes_` is a page that more may go into
};

}  // namespace dray::shard
