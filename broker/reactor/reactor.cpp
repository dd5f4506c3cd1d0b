#include "reactor/reactor.h"

#include <fmt/core.h>
#include <pthread.h>
#include <sys/prctl.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/assert.h"
#include "reactor/time_slice.h"

namespace dray::reactor {

using namespace std::chrono_literals;

namespace {

constexpr unsigned long kTimerSlackNs = 1000;
constexpr std::chrono::microseconds kTimeSlice{100};
constexpr shard::ShardIndex kKeeper = 0;

}  // namespace

Reactor::Reactor(shard::ShardOptions shard_options, shard::StorePort& store, Mailroom& mailroom, Clock clock,
                 const ReactorOptions& options)
    : index_(shard_options.index),
      store_(store),
      mailroom_(mailroom),
      clock_(clock),
      now_(clock.now()),
      poller_(make_poller(options.poller)),
      alarm_(*poller_),
      moderation_(options.gather),
      shard_(std::move(shard_options), store, now_) {
    if (options.consolidation && index_ == kKeeper && mailroom.shards() > 1) {
        consolidation_.emplace(*options.consolidation);
    }
    const std::error_code error = poller_->add(mailroom.bell(index_), bell_, EPOLLIN | EPOLLET);
    if (error) throw std::system_error(error, "to watch the bell");
}

void Reactor::run() {
    DRAY_ASSERT(transport_);
    const BlockCache::InUse in_use(blocks_);
    clockid_t cpu_clock{};
    if (::pthread_getcpuclockid(::pthread_self(), &cpu_clock) == 0) cpu_clock_.store(cpu_clock);
    if (moderation_.is_on()) ::prctl(PR_SET_TIMERSLACK, kTimerSlackNs);  // a rest is as long as it says
    ask_for_time_slices_of(kTimeSlice);
    while (phase_.load(std::memory_order_relaxed) != Phase::kFinishAsked) {
        if (service_.load(std::memory_order_relaxed) == Service::kAskedToPark) park();
        turn();
    }
    dismiss_wards();
    serve_mail();  // what was on its way must not leak
    transport_->end_turn();
    poller_->park();
}

void Reactor::turn() {
    poller_->tell_news();
    bool sleeps = lie_down();
    for (Reactor* const ward : wards_) sleeps &= ward->lie_down();
    Poller::Gathering gathering;
    if (sleeps && moderation_.is_on()) {
        gathering = moderation_.before_wait(std::chrono::steady_clock::now(), awaits_disk());
    }
    poller_->wait(sleeps ? -1ms : 0ms, gathering);  // others may act for them meanwhile
    const Consolidation::Time woke = std::chrono::steady_clock::now();
    get_up(clock_.now());
    for (Reactor* const ward : wards_) ward->get_up(now_);
    poller_->collect();

    const std::size_t events = wards_.empty() ? work() : work_for_all();
    moderation_.woke(woke, events);
    if (consolidation_) consolidate(woke, events);
}

// Of whichever shard: its answer goes to clients of any.
bool Reactor::awaits_disk() const {
    return std::ranges::any_of(colleagues_, [](const auto& one) {
        return one->store_.durable(one->index_) < one->committing_.load(std::memory_order_relaxed);
    });
}

void Reactor::get_up(Instant now) {
    mailroom_.woken(index_);
    now_ = std::max(now_, now);
}

std::size_t Reactor::work() {
    if (!has_turned()) has_turned_.store(true, std::memory_order_relaxed);
    std::size_t events = 0;
    for (const auto& [source, what] : poller_->take_ready()) {
        source->on_events(what);
        if (what != EPOLLOUT) ++events;  // each that is watched anew says only that
    }
    transport_->continue_unfinished();
    serve_mail();
    hear_of_commits();
    hear_of_pressure();
    hear_of_users();
    hear_of_leaving();
    send_off();
    // Behind what clients wait for: this may take as long as a few messages.
    hear_of_readings();
    if (now_ >= shard_.next_deadline()) shard_.tick(now_);
    if (now_ >= transport_->next_deadline()) transport_->tick(now_);
    if (phase_.load(std::memory_order_relaxed) == Phase::kStopAsked) stop_now();
    send_off();
    transport_->end_turn();
    return events;
}

// What the shards have for each other goes into the same writes as what came for each.
std::size_t Reactor::work_for_all() {
    holds_back_ = true;
    for (Reactor* const ward : wards_) ward->holds_back_ = true;
    std::size_t events = work();
    for (Reactor* const ward : wards_) {
        if (ward->has_work()) events += ward->work();
    }
    if (mailroom_.has_mail(index_)) work();
    for (Reactor* const ward : wards_) {
        if (mailroom_.has_mail(ward->index_)) ward->work();
        ward->write_held_back();
    }
    write_held_back();
    return events;
}

void Reactor::write_held_back() {
    holds_back_ = false;
    if (held_back_.empty()) return;
    flush_held_back();
    send_off();
    transport_->end_turn();
}

void Reactor::flush_held_back() {
    while (!held_back_.empty()) {
        const shard::LinkId link = held_back_.back();
        held_back_.pop_back();
        transport_->flush(link);
    }
}

void Reactor::consolidate(Consolidation::Time now, std::size_t events) {
    if (phase_.load(std::memory_order_relaxed) != Phase::kRunning) return dismiss_wards();
    if (are_asked_ && wards_.size() + 1 < colleagues_.size()) {
        for (const auto& one : colleagues_) {
            const bool is_new = std::ranges::find(wards_, one.get()) == wards_.end();
            if (is_new && one->service_.load() == Service::kParked) take_in(*one);
        }
    }
    if (!consolidation_->turned(now, events)) return;
    switch (consolidation_->judge(now, cpu_time_of_all())) {
        case Consolidation::Advice::kStay:
            return;
        case Consolidation::Advice::kPart:
            return dismiss_wards();
        case Consolidation::Advice::kJoin:
            break;
    }
    are_asked_ = true;
    for (const auto& one : colleagues_) {
        if (one.get() == this) continue;
        one->service_.store(Service::kAskedToPark);
        mailroom_.ring(one->index_);
    }
}

void Reactor::park() {
    poller_->park();
    Service asked = Service::kAskedToPark;
    if (!service_.compare_exchange_strong(asked, Service::kParked)) return;
    mailroom_.ring(kKeeper);
    while (service_.load() == Service::kParked) service_.wait(Service::kParked);
}

void Reactor::take_in(Reactor& ward) {
    poller_->serve(*ward.poller_);
    wards_.push_back(&ward);
    moderation_.start_over();
}

void Reactor::dismiss_wards() {
    if (!std::exchange(are_asked_, false)) return;
    for (Reactor* const ward : wards_) poller_->dismiss(*ward->poller_);
    wards_.clear();
    moderation_.start_over();
    for (const auto& one : colleagues_) {
        one->service_.store(Service::kOwnThread);
        one->service_.notify_one();
    }
}

std::chrono::nanoseconds Reactor::cpu_time_of_all() const {
    std::chrono::nanoseconds sum{};
    for (const auto& one : colleagues_) {
        timespec used{};
        if (::clock_gettime(one->cpu_clock_.load(std::memory_order_relaxed), &used) != 0) continue;
        sum += std::chrono::seconds(used.tv_sec) + std::chrono::nanoseconds(used.tv_nsec);
    }
    return sum;
}

// What died meanwhile is not freed: the sleeper may have been told of it by epoll in this moment.
bool Reactor::stand_in(Instant now) {
    if (!mailroom_.borrow(index_)) return false;
    now_ = std::max(now_, now);
    serve_mail();
    if (shard_.effects().flushes.size() <= kStandInWritesMax) {
        carry_out_effects();
        mailroom_.deliver(index_);
    }
    const bool needs_owner = is_busy() || poller_->has_news();
    if (!needs_owner) alarm_.set(next_deadline(), now_);
    mailroom_.give_back(index_, needs_owner);
    return true;
}

Instant Reactor::next_deadline() const {
    return std::min(shard_.next_deadline(), transport_->next_deadline());
}

// Whether there is something to do without being told.
bool Reactor::is_busy() const {
    return shard_.has_work() || transport_->has_unfinished() || poller_->has_ready() ||
           next_deadline() <= now_;
}

// Whether it may sleep until something comes; then others may act for it.
bool Reactor::lie_down() {
    if (is_busy()) return false;
    alarm_.set(next_deadline(), now_);
    return mailroom_.may_sleep(index_);
}

bool Reactor::has_work() {
    return is_busy() || mailroom_.has_mail(index_);
}

void Reactor::serve_mail() {
    mailroom_.take(
        index_, [this](shard::ShardIndex from, Mail&& mail) { open_mail(from, std::move(mail)); },
        [this](std::span<const Mail> mails) { expect(mails); });
}

void Reactor::expect(std::span<const Mail> mails) const {
    std::array<const shard::ShardMessage*, shard::Shard::kLookAheadMax> messages;
    std::size_t count = 0;
    for (const Mail& mail : mails.first(std::min(mails.size(), messages.size()))) {
        if (const auto* message = std::get_if<shard::ShardMessage>(&mail)) messages[count++] = message;
    }
    shard_.look_ahead(std::span(messages).first(count));
}

void Reactor::open_mail(shard::ShardIndex from, Mail&& mail) {
    if (auto* message = std::get_if<shard::ShardMessage>(&mail)) {
        shard_.receive(from, std::move(*message), now_);
    } else {
        transport_->adopt(std::move(std::get<std::unique_ptr<Passenger>>(mail)));
    }
}

void Reactor::hear_of_commits() {
    const shard::StoreSequence durable = store_.durable(index_);
    if (durable == durable_) return;
    durable_ = durable;
    shard_.durable(durable, now_);
}

void Reactor::hear_of_pressure() {
    const unsigned percent = pressure_percent_.load(std::memory_order_relaxed);
    if (percent == pressure_told_) return;
    pressure_told_ = percent;
    shard_.set_pressure(percent, now_);
}

void Reactor::set_pressure(unsigned percent) {
    if (pressure_percent_.exchange(percent, std::memory_order_relaxed) != percent) mailroom_.ring(index_);
}

void Reactor::hear_of_users() {
    users_gone_.take_all([this](auto&& gone) { shard_.end_users(*gone, now_); });
}

void Reactor::end_users(std::shared_ptr<const shard::UserNames> gone) {
    users_gone_.push(std::move(gone));
    if (users_gone_.publish()) mailroom_.ring(index_);
}

void Reactor::hear_of_leaving() {
    if (send_away_one_of_.load(std::memory_order_relaxed) == 0) return;
    transport_->stop_accepting();
    shard_.send_away_one_of(send_away_one_of_.exchange(0), now_);
}

void Reactor::send_away_one_of(unsigned clients) {
    send_away_one_of_.store(clients);
    mailroom_.ring(index_);
}

void Reactor::hear_of_readings() {
    for (const shard::StoreReadDone& done : store_.take_read(index_)) shard_.read_done(done, now_);
}

void Reactor::send_off() {
    carry_out_effects();
    const bool may_stand_in = !std::exchange(hands_over_, false);
    mailroom_.deliver(index_, [&](shard::ShardIndex to, std::uint64_t mails) {
        return may_stand_in && mails <= kStandInMailsMax && to < colleagues_.size() &&
               colleagues_[to]->stand_in(now_);
    });
}

bool Reactor::settle() {
    bool worked = shard_.has_work();
    send_off();
    mailroom_.take(index_, [&](shard::ShardIndex from, Mail&& mail) {
        worked = true;
        open_mail(from, std::move(mail));
    });
    return worked;
}

void Reactor::carry_out_effects() {
    if (carrying_out_) return;  // what came up meanwhile is seen by the loop below
    carrying_out_ = true;
    while (shard_.has_work()) {
        shard_.end_turn();
        std::swap(due_, shard_.effects());
        carry_out(due_);
        due_.clear();
    }
    carrying_out_ = false;
}

void Reactor::carry_out(shard::Effects& effects) {
    // First: what another shard commits because of our mail must not overtake this.
    if (effects.commit.sequence != 0) {
        committing_.store(effects.commit.sequence, std::memory_order_relaxed);
        store_.commit(index_, effects.commit.sequence, std::move(effects.commit.batch));
    }
    for (auto& read : effects.reads) store_.read(index_, std::move(read));
    for (auto& forward : effects.forwards) mailroom_.send(index_, forward.to, std::move(forward.message));
    for (const auto& handover : effects.handovers) {
        if (auto passenger = transport_->hand_over(handover.link)) {
            mailroom_.send(index_, handover.to, std::move(passenger));
            hands_over_ = true;
        }
    }
    if (holds_back_) held_back_.insert(held_back_.end(), effects.flushes.begin(), effects.flushes.end());
    if (!effects.closes.empty()) flush_held_back();  // last words come before the end
    if (!holds_back_) {
        for (const shard::LinkId link : effects.flushes) transport_->flush(link);
    }
    for (const auto& close : effects.closes) transport_->close(close);
    for (const auto& reading : effects.readings) transport_->set_reading(reading.link, reading.on);
    for (const auto& damage : effects.damages) log_damage(damage);
    for (const auto& refusal : effects.refusals) log_refusal(refusal);
}

void Reactor::log_damage(const shard::Effects::Damage& damage) {
    if (!damage_lines_.take(now_)) return;
    log_error("the store is damaged",
              {{"where", damage.where},
               {"what", damage.what},
               {"messages_lost", damage.messages_lost},
               {"more_such_lines", damage_lines_.take_suppressed()},
               {"advice", "stop the broker; `drayctl store check` names all that is wrong"}});
}

void Reactor::log_refusal(const shard::Effects::Refusal& refusal) {
    if (!refusal_lines_.take(now_)) return;
    log_info("refused", {{refusal.what, refusal.topic},
                         {"client", refusal.client_id},
                         {"user", refusal.user_name},
                         {"why", refusal.why},
                         {"reason", fmt::format("0x{:02x}", static_cast<unsigned>(refusal.reason))},
                         {"left_out", refusal_lines_.take_suppressed()}});
}

void Reactor::stop() {
    Phase running = Phase::kRunning;
    phase_.compare_exchange_strong(running, Phase::kStopAsked);
    mailroom_.ring(index_);
}

void Reactor::stop_now() {
    transport_->stop_accepting();
    shard_.shut_down(now_);
    carry_out_effects();
    phase_.store(Phase::kStopped);
}

void Reactor::finish() {
    phase_.store(Phase::kFinishAsked);
    mailroom_.ring(index_);
}

}  // namespace dray::reactor
