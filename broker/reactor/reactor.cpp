#include "reactor/reactor.h"

#include <fmt/core.h>
#include <sys/prctl.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "base/assert.h"

namespace dray::reactor {

using namespace std::chrono_literals;

namespace {

constexpr unsigned long kTimerSlackNs = 1000;

}  // namespace

Reactor::Reactor(shard::ShardOptions options, shard::StorePort& store, Mailroom& mailroom, Clock clock,
                 std::chrono::microseconds gather)
    : index_(options.index),
      store_(store),
      mailroom_(mailroom),
      clock_(clock),
      now_(clock.now()),
      alarm_(poller_),
      moderation_(gather),
      shard_(std::move(options), store, now_) {
    const std::error_code error = poller_.add(mailroom.bell(index_), bell_, EPOLLIN | EPOLLET);
    if (error) throw std::system_error(error, "epoll_ctl");
}

void Reactor::run() {
    DRAY_ASSERT(transport_);
    const BlockCache::InUse in_use(blocks_);
    if (moderation_.is_on()) ::prctl(PR_SET_TIMERSLACK, kTimerSlackNs);  // a rest is as long as it says
    while (phase_.load(std::memory_order_relaxed) != Phase::kFinishAsked) turn();
    serve_mail();  // what was on its way must not leak
    transport_->end_turn();
}

void Reactor::turn() {
    // Not while somebody waits for the disk: he need not wait for us, too.
    const bool may_rest = moderation_.is_on() && store_.durable(index_) >= committing_;
    const std::chrono::milliseconds timeout = time_to_sleep();
    if (may_rest && timeout < 0ms) rest();  // others may act for it meanwhile, as while it waits
    const auto ready = poller_.wait(timeout);
    mailroom_.woken(index_);
    if (moderation_.is_on()) moderation_.woke(std::chrono::steady_clock::now(), ready.size());
    if (!has_turned()) has_turned_.store(true, std::memory_order_relaxed);
    now_ = clock_.now();

    for (const epoll_event& event : ready) static_cast<EventSource*>(event.data.ptr)->on_events(event.events);
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
}

void Reactor::rest() {
    const auto length = moderation_.rest_before_wait();
    if (length > length.zero()) std::this_thread::sleep_for(length);
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
    const bool needs_owner = is_busy();
    if (!needs_owner) alarm_.set(next_deadline(), now_);
    mailroom_.give_back(index_, needs_owner);
    return true;
}

Instant Reactor::next_deadline() const {
    return std::min(shard_.next_deadline(), transport_->next_deadline());
}

// Whether there is something to do without being told.
bool Reactor::is_busy() const {
    return shard_.has_work() || transport_->has_unfinished() || next_deadline() <= now_;
}

std::chrono::milliseconds Reactor::time_to_sleep() {
    if (is_busy()) return 0ms;
    alarm_.set(next_deadline(), now_);
    return mailroom_.may_sleep(index_) ? -1ms : 0ms;
}

void Reactor::serve_mail() {
    mailroom_.take(index_, [this](shard::ShardIndex from, Mail&& mail) { open_mail(from, std::move(mail)); });
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
        committing_ = effects.commit.sequence;
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
    for (const shard::LinkId link : effects.flushes) transport_->flush(link);
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
