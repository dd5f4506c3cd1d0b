#include "reactor/moderation.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace dray::reactor {

namespace {

double seconds(Moderation::Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

// Less than this share of what comes without rests: they slow somebody down.
constexpr double kRateKept = 0.9;
// Of the rests: more have waited in vain for the last of those that they wanted.
constexpr double kLateMax = 0.05;
constexpr Moderation::Duration kLate = std::chrono::milliseconds{1};
constexpr double kGatheredMin = 2;  // events for a rest: fewer are not worth its timer

}  // namespace

Poller::Gathering Moderation::before_wait(Time now, bool disk_is_awaited) {
    ++waits_;
    if (disk_is_awaited) {
        ++waits_for_disk_;
        return {};
    }
    if (mode_ != Mode::kResting || streak_ < kStreak || now - woke_ >= pause_) return {};
    rested_until_ = woke_ + pause_;
    has_rested_ = true;
    ++rests_;
    return {.events = wanted_, .time = rested_until_ - now};
}

void Moderation::woke(Time now, std::size_t events) {
    if (!is_on()) return;
    if (now - woke_ > kSpan) begin_span(now);  // silence tells nothing of those who speak now
    if (has_rested_ && now - rested_until_ > kLate) ++late_;
    const bool is_close = now - (has_rested_ ? rested_until_ : woke_) < longest_ && events <= kEventsMax;
    streak_ = is_close ? std::min(streak_ + 1, kStreak) : 0;
    woke_ = now;
    events_ += events;
    if (std::exchange(has_rested_, false)) gathered_ += events;
    if (const Duration length = now - span_began_; length >= kSpan) end_span(now, length);
}

void Moderation::end_span(Time now, Duration length) {
    const double events_per_s = static_cast<double>(events_) / seconds(length);
    const bool is_over = --spans_left_ <= 0;
    const bool compares_with_nothing = rests_ > 0 && !was_close_;  // it has begun to rest
    if (is_about_the_disk() || compares_with_nothing) {
        begin(Mode::kTrial, 1);
    } else if (rests_ == 0) {
        free_events_per_s_ = events_per_s;
        was_close_ = mode_ != Mode::kResting;
        if (is_over && events_per_s <= kEventsPerSecondMax) prepare_rests(events_per_s);
    } else if (!was_worth_it(events_per_s, length)) {
        begin(Mode::kSittingOut, spans_out_);
        spans_out_ = std::min(2 * spans_out_, kSpansOutMax);
        spans_of_rest_ = kSpansOfRest;
    } else {
        spans_out_ = 1;
        if (is_over) {
            begin(Mode::kTrial, 1);
            spans_of_rest_ = std::min(2 * spans_of_rest_, kSpansOfRestMax);
        }
    }
    begin_span(now);
}

void Moderation::prepare_rests(double events_per_s) {
    pause_ = time_of(kWanted, events_per_s);
    const double gathered = events_per_s * seconds(pause_);
    if (gathered < kGatheredMin) return begin(Mode::kTrial, 1);
    wanted_ = static_cast<unsigned>(std::lround(gathered));
    begin(Mode::kResting, spans_of_rest_);
}

void Moderation::begin_span(Time now) {
    span_began_ = now;
    events_ = waits_ = waits_for_disk_ = rests_ = gathered_ = late_ = 0;
}

void Moderation::begin(Mode mode, int spans) {
    mode_ = mode;
    spans_left_ = spans;
}

Moderation::Duration Moderation::time_of(double events, double events_per_s) const {
    const std::chrono::duration<double> longest = longest_;
    if (events_per_s * longest.count() <= events) return longest_;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(events / events_per_s));
}

bool Moderation::was_worth_it(double events_per_s, Duration length) const {
    const auto events = static_cast<double>(events_);
    const double by_chance = 2 * std::sqrt(events);  // as many more may come next time
    const double free_events = free_events_per_s_ * seconds(length);
    return events_per_s <= kEventsPerSecondMax && events + by_chance >= kRateKept * free_events &&
           static_cast<double>(gathered_) >= kGatheredMin * static_cast<double>(rests_) &&
           static_cast<double>(late_) <= kLateMax * static_cast<double>(rests_);
}

}  // namespace dray::reactor
