#include "shard/stream_log.h"

#include <algorithm>

namespace dray::shard {

namespace {

// A segment ends when it has so many records or bytes: what has to be looked through to find a time, and what
// is read again at the start.
constexpr std::uint64_t kSegmentRecordsMax = 1024;
constexpr std::uint64_t kSegmentBytesMax = 256 * 1024;
// ... or this part of what is retained, so that retention is no coarser.
constexpr std::uint64_t kSegmentsAtLeast = 16;

}  // namespace

std::uint64_t StreamLog::bytes_of(const session::Message& message) {
    constexpr std::uint64_t kKeyTimeFlagsAndLength = 16 + 8 + 1 + 2;
    const std::size_t properties = message.properties().wire().size();
    return kKeyTimeFlagsAndLength + (message.expires_at() != kNever ? 8U : 0U) + message.topic().size() +
           (properties > 0 ? 4 + properties : 0) + message.payload().size();
}

void StreamLog::restore(const Segment& segment) {
    segments_.push_back(segment);
    next_ = visible_ = segment.first;
    bytes_ever_ = segment.bytes_before;
    last_at_ = segment.begins_at;
}

void StreamLog::restore_record(Instant at, std::uint64_t bytes) {
    visible_ = ++next_;
    bytes_ever_ += bytes;
    last_at_ = at;
}

StreamLog::Appended StreamLog::append(const session::MessageRef& message, Instant now) {
    now = std::max(last_at_, now);
    const bool begins = begins_segment(now);
    if (begins) begin_segment(now);
    last_at_ = now;
    const std::uint64_t bytes = bytes_of(*message);
    tail_.push_back({last_at_, bytes, message, {}});
    tail_bytes_ += bytes;
    bytes_ever_ += bytes;
    return {next_++, last_at_, begins ? &segments_.back() : nullptr};
}

bool StreamLog::begins_segment(Instant now) const {
    if (segments_.empty()) return true;
    const Segment& open = segments_.back();
    if (open.first == next_) return false;  // nothing is in it yet
    const std::uint64_t bytes = bytes_ever_ - open.bytes_before;
    if (next_ - open.first >= kSegmentRecordsMax || bytes >= kSegmentBytesMax) return true;
    if (options_.retention_bytes > 0 && bytes >= options_.retention_bytes / kSegmentsAtLeast) return true;
    const std::chrono::milliseconds part(options_.retention_s * 1000 / kSegmentsAtLeast);
    return options_.retention_s > 0 && now - open.begins_at >= part;
}

void StreamLog::make_visible(std::uint64_t offset) {
    visible_ = std::max(visible_, offset);
    shorten_tail();
}

void StreamLog::shorten_tail() {
    if (!options_.on_disk) return;
    while (tail_bytes_ > options_.tail_bytes_max && tail_first() < visible_) {
        tail_bytes_ -= tail_.front().bytes;
        tail_.pop_front();
    }
}

std::uint64_t StreamLog::offset_before(Instant time) const {
    if (segments_.empty() || time > last_at_) return next_;
    // The last segment that begins before that time; records of that very time may be in the one before.
    auto after =
        std::lower_bound(segments_.begin(), segments_.end(), time,
                         [](const Segment& segment, Instant wanted) { return segment.begins_at < wanted; });
    return after == segments_.begin() ? after->first : std::prev(after)->first;
}

bool StreamLog::is_too_old(Instant newest, Instant now) const {
    return options_.retention_s > 0 && now - newest >= std::chrono::milliseconds(options_.retention_s * 1000);
}

std::optional<StreamLog::Removed> StreamLog::trim(Instant now) {
    const std::uint64_t first_before = first();
    const auto is_too_much = [this] {
        return options_.retention_bytes > 0 && bytes() > options_.retention_bytes;
    };
    while (segments_.size() > 1 && (is_too_much() || is_too_old(segments_[1].before_at, now)))
        segments_.pop_front();
    Removed removed{first_before, first(), nullptr};
    if (count() > 0 && is_too_old(last_at_, now)) {
        segments_.clear();
        begin_segment(last_at_);
        removed = {first_before, next_, &segments_.back()};
    }
    if (removed.from == removed.to) return std::nullopt;
    visible_ = std::max(visible_, removed.to);
    while (!tail_.empty() && tail_first() < removed.to) {
        tail_bytes_ -= tail_.front().bytes;
        tail_.pop_front();
    }
    return removed;
}

}  // namespace dray::shard
