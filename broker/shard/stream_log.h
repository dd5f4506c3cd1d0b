// The log of one stream: which offsets there are, where the time lines run, and the newest records
// themselves.
//
//     offset    first ............ tail_first ............ visible ........ next
//                 | only on disk       | in memory too        | not safe yet  |
//
// Offsets count from 1 and have no gaps. A reader sees what is safe (below `visible`). Segments divide the
// log: retention removes whole ones, and a time is looked for by their beginnings. Times never run backwards
// along the log, even if the clock does over a restart.
//
// Knows no disk: the caller writes what append() and trim() say. Lives on the stream's home shard.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "base/instant.h"
#include "base/ring.h"
#include "session/message.h"

namespace dray::shard {

struct StreamLogOptions {
    std::uint64_t retention_bytes = 0;  // 0 = no limit
    std::uint64_t retention_s = 0;      // 0 = no limit
    std::uint64_t tail_bytes_max = 0;   // of the records in memory that are on disk as well
    bool on_disk = false;               // false: all there is, is in memory
};

class StreamLog {
  public:
    struct Segment {
        std::uint64_t first = 0;  // offset
        Instant begins_at;
        Instant before_at;               // of the record before it
        std::uint64_t bytes_before = 0;  // of all records that ever were in the stream before it
    };
    struct Record {
        Instant at;
        std::uint64_t bytes = 0;
        session::MessageRef message;
        session::MessageRef for_readers;  // with its offset and time; made when the first reader takes it
    };

    void set_options(const StreamLogOptions& options) { options_ = options; }

    // --- at the start ---
    // In order, oldest first; then every record from the last segment's beginning on.
    void restore(const Segment& segment);
    void restore_record(Instant at, std::uint64_t bytes);

    // --- new records ---
    struct Appended {
        std::uint64_t offset = 0;
        Instant at;
        const Segment* begun = nullptr;  // a segment that begins with it; valid until the next call
    };
    Appended append(const session::MessageRef& message, Instant now);
    // Everything before that offset is safe.
    void make_visible(std::uint64_t offset);

    // --- what is there ---
    std::uint64_t first() const { return segments_.empty() ? next_ : segments_.front().first; }
    std::uint64_t tail_first() const { return next_ - tail_.size(); }
    std::uint64_t visible() const { return visible_; }
    std::uint64_t next() const { return next_; }
    std::uint64_t count() const { return next_ - first(); }
    std::uint64_t bytes() const {
        return segments_.empty() ? 0 : bytes_ever_ - segments_.front().bytes_before;
    }
    Instant oldest_at() const { return segments_.empty() ? last_at_ : segments_.front().begins_at; }
    Instant newest_at() const { return last_at_; }
    // From tail_first() to next().
    Record& at(std::uint64_t offset) { return tail_[offset - tail_first()]; }
    // Where to begin to look for the first record that is not older.
    std::uint64_t offset_before(Instant time) const;

    // --- retention ---
    struct Removed {
        std::uint64_t from = 0;
        std::uint64_t to = 0;  // the offset behind the last
        const Segment* begun =
            nullptr;  // where the log goes on if nothing is left; valid until the next call
    };
    std::optional<Removed> trim(Instant now);

    // What a record counts for on disk, with its key.
    static std::uint64_t bytes_of(const session::Message& message);

  private:
    bool begins_segment(Instant now) const;
    bool is_too_old(Instant newest, Instant now) const;
    void begin_segment(Instant now) { segments_.push_back({next_, now, last_at_, bytes_ever_}); }
    void shorten_tail();

    StreamLogOptions options_;
    std::deque<Segment> segments_;
    Ring<Record> tail_;
    std::uint64_t tail_bytes_ = 0;
    std::uint64_t bytes_ever_ = 0;
    std::uint64_t visible_ = 1;
    std::uint64_t next_ = 1;
    Instant last_at_;
};

}  // namespace dray::shard
