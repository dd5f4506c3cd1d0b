// One thread's loop around one shard. A turn:
//
//     wait for sockets  ->  read each that is ready, feed the shard  ->  mail, commits  ->  time
//       ^                                                                                 |
//       +------  deliver mail, free what died  <-  effects: commit, forward, write, close  <-+
//
// Everything that became due in a turn leaves at its end: one write per connection, one bell per sleeping
// shard. The clock is read once per turn.
//
// A few messages for a shard whose thread sleeps are not worth waking it: the sender borrows its baton
// (baton.h) and takes a short turn in its place, mail and writes only. What would take longer, or needs the
// sleeper's own wake-ups, is left to the owner, which is then woken after all.
//
// While little comes, reactor 0 serves all shards (consolidation.h): it asks the others to park their
// threads, has its poller serve theirs, and takes their turns, as their owner, until there is more to
// do.
#pragma once

#include <time.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/block_cache.h"
#include "base/instant.h"
#include "reactor/alarm.h"
#include "reactor/clock.h"
#include "reactor/consolidation.h"
#include "reactor/log.h"
#include "reactor/mail_queue.h"
#include "reactor/mailroom.h"
#include "reactor/moderation.h"
#include "reactor/poller.h"
#include "reactor/transport.h"
#include "shard/shard.h"

namespace dray::reactor {

struct ReactorOptions {
    PollerKind poller = PollerKind::kAuto;
    // How long one may rest while lone messages come in close succession (moderation.h); 0: never.
    std::chrono::microseconds gather{};
    // When one thread serves all shards (consolidation.h); empty: never.
    std::optional<Consolidation::Limits> consolidation;
};

class Reactor {
  public:
    Reactor(shard::ShardOptions shard_options, shard::StorePort& store, Mailroom& mailroom, Clock clock,
            const ReactorOptions& options);

    Poller& poller() { return *poller_; }
    shard::Shard& shard() { return shard_; }
    shard::ShardIndex index() const { return index_; }
    Instant now() const { return now_; }  // of this turn

    // Before run().
    void set_transport(Transport& transport) { transport_ = &transport; }
    // All of the group by their index, itself included: those that it may act for.
    void set_colleagues(std::span<const std::unique_ptr<Reactor>> all) { colleagues_ = all; }
    // Before any thread runs, in turn for all reactors until none has anything to do: what the shards want to
    // tell each other from the start, so that each knows the ways to the others before it serves a client.
    bool settle();
    // On the reactor's own thread; returns after finish().
    void run();

    // For the transport: an input may have closed or handed over a link, to which nothing more may be
    // offered; so this carries out what is due at once instead of at the turn's end.
    void settle_links() {
        if (!shard_.effects().closes.empty() || !shard_.effects().handovers.empty()) carry_out_effects();
    }

    // --- any thread ---
    // Stops accepting, and sends one of so many clients away; all of them with 1.
    void send_away_one_of(unsigned clients);
    // Stops accepting, takes leave of every client and closes. Mail is still served afterwards.
    void stop();
    bool has_stopped() const { return phase_.load() >= Phase::kStopped; }
    // After every reactor has stopped.
    void finish();
    // How much of the ceilings of memory and disk is used (shard/pressure.h).
    void set_pressure(unsigned percent);
    // These are no users any more (shard/users_gone.h). One thread's.
    void end_users(std::shared_ptr<const shard::UserNames> gone);
    // A sign of life: whether it has turned since it was last asked to.
    bool has_turned() const { return has_turned_.load(std::memory_order_relaxed); }
    void ask_to_turn() {
        has_turned_.store(false, std::memory_order_relaxed);
        mailroom_.ring(index_);
    }
    // The store has committed something of this shard.
    void wake() { mailroom_.ring(index_); }

  private:
    // More messages, or more writes that they lead to, are worth a thread of their own.
    static constexpr std::uint64_t kStandInMailsMax = 4;
    static constexpr std::size_t kStandInWritesMax = 16;

    enum class Phase : std::uint8_t { kRunning, kStopAsked, kStopped, kFinishAsked };
    enum class Service : std::int32_t { kOwnThread, kAskedToPark, kParked };  // as wide as a futex
    class Bell final : public EventSource {
        void on_events(std::uint32_t) override {}  // waking up was all
    };
    void turn();
    void get_up(Instant now);
    // Returns how many events brought something.
    std::size_t work();
    std::size_t work_for_all();
    void write_held_back();
    void flush_held_back();
    bool awaits_disk() const;
    bool has_work();
    // The keeper's: whose turns it takes.
    void consolidate(Consolidation::Time now, std::size_t events);
    void take_in(Reactor& ward);
    void dismiss_wards();
    std::chrono::nanoseconds cpu_time_of_all() const;
    // On its own thread, when the keeper has asked: until that one dismisses it.
    void park();
    // On another reactor's thread: a turn for the mail of this one, if its own thread sleeps.
    bool stand_in(Instant now);
    Instant next_deadline() const;
    bool is_busy() const;
    bool lie_down();
    void serve_mail();
    void hear_of_commits();
    void hear_of_readings();
    void hear_of_pressure();
    void hear_of_users();
    void hear_of_leaving();
    void expect(std::span<const Mail> mails) const;
    void open_mail(shard::ShardIndex from, Mail&& mail);
    void send_off();
    void carry_out_effects();
    void carry_out(shard::Effects& effects);
    void log_damage(const shard::Effects::Damage& damage);
    void log_refusal(const shard::Effects::Refusal& refusal);
    void stop_now();

    shard::ShardIndex index_;
    shard::StorePort& store_;
    shard::StoreSequence durable_ = 0;                 // what the shard was told last
    std::atomic<shard::StoreSequence> committing_{0};  // the last that was handed over
    Mailroom& mailroom_;
    Clock clock_;
    Instant now_;
    BlockCache blocks_;
    std::unique_ptr<Poller> poller_;
    Bell bell_;
    Alarm alarm_;
    Moderation moderation_;
    shard::Shard shard_;
    shard::Effects due_;  // those being carried out; kept to keep their memory
    bool carrying_out_ = false;
    bool holds_back_ = false;  // writes, until its keeper's turn ends
    std::vector<shard::LinkId> held_back_;
    LogBudget damage_lines_;
    LogBudget refusal_lines_;
    Transport* transport_ = nullptr;
    std::span<const std::unique_ptr<Reactor>> colleagues_;
    // The keeper's:
    std::optional<Consolidation> consolidation_;
    std::vector<Reactor*> wards_;  // those whose turns it takes
    bool are_asked_ = false;       // the others are to park, or have parked
    // Of any:
    std::atomic<Service> service_{Service::kOwnThread};
    std::atomic<clockid_t> cpu_clock_{
        std::numeric_limits<clockid_t>::max()};  // of its thread, once that runs; none before
    bool hands_over_ = false;  // in this turn: who takes a connection in may have a password to check
    std::atomic<Phase> phase_{Phase::kRunning};
    std::atomic<bool> has_turned_{true};
    std::atomic<unsigned> send_away_one_of_{0};  // 0: nobody
    std::atomic<unsigned> pressure_percent_{0};
    unsigned pressure_told_ = 0;
    MailQueue<std::shared_ptr<const shard::UserNames>, 2> users_gone_;
};

}  // namespace dray::reactor
