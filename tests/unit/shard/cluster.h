// The shards of a broker in one thread: their messages to each other, their disk and their clock, all of it
// decided by a seed. Messages between shards are delivered in an order that the seed chooses, keeping that of
// each pair, which is all that the shards may rely on. Connections are the business of whoever owns the
// cluster (world.h; tests/sim).
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/random.h"
#include "shard/shard.h"
#include "simulated_disk.h"

namespace dray::test {

enum class Disk : std::uint8_t {
    kNone,
    kByHand,  // syncs when the test says so
    kByItself,
};

struct ClusterOptions {
    shard::ShardIndex shards = 1;
    std::uint64_t seed = 1;
    shard::Limits limits;
    Disk disk = Disk::kNone;
    const shard::AuthPort* auth = nullptr;
    const shard::AccessPort* access = nullptr;
    std::string server_reference;
    shard::Redirect redirect = shard::Redirect::kNone;
    std::string response_prefix;
    shard::SharedChoice shared_choice = shard::SharedChoice::kRoundRobin;
    std::vector<shard::QueueOptions> queues;
    std::vector<shard::StreamOptions> streams;
    shard::WatchAccess watch_access = shard::WatchAccess::kNoAdmin;
};

// What shards want done with connections (shard/effects.h).
class Transport {
  public:
    virtual ~Transport() = default;
    virtual void hand_over(shard::ShardIndex at, shard::LinkId link, shard::ShardIndex to) = 0;
    virtual void flush(shard::ShardIndex at, shard::LinkId link) = 0;
    virtual void close(shard::ShardIndex at, const shard::Effects::Close& close) = 0;
    // Only asked for where the rate of clients is limited.
    virtual void set_reading(shard::ShardIndex, const shard::Effects::Reading&) {}
};

class Cluster {
  public:
    Cluster(ClusterOptions options, Transport& transport);

    // One thing of those that are due, chosen by the seed; false if nothing is.
    bool step() { return step(true); }
    // Until nothing is due.
    void run();
    // Time passes, as for a process that had no turn; what has become due is done by the next steps.
    void pass(std::chrono::milliseconds time) { now_ = now_ + time; }
    // Time passes, and what becomes due on the way is done.
    void advance(std::chrono::milliseconds time);
    // Offers bytes to a link, and takes off those that it consumed. It may be elsewhere, or closed,
    // afterwards.
    void receive(shard::ShardIndex at, shard::LinkId link, std::string& bytes);
    // The process is killed, and starts again with what the disk has.
    void crash(shard::ShardIndex shards);
    // It stops in order, and starts again.
    void restart(shard::ShardIndex shards);
    // The disk has everything: what waited for it goes on.
    void sync();
    void send_away_one_of(std::size_t clients);
    void shut_down() { send_away_one_of(1); }
    void set_pressure(unsigned percent);
    // From the next start on.
    void set_queues(std::vector<shard::QueueOptions> queues) { options_.queues = std::move(queues); }
    void set_access(const shard::AccessPort* access) { options_.access = access; }

    // To the outside of all shards, in the order in which they came; whoever reads them takes them.
    std::deque<shard::ShardMessage>& answers() { return answers_; }
    // What the log would say of damage, since the last call.
    std::vector<std::string> take_damages() { return std::exchange(damages_, {}); }
    shard::Statistics statistics() const;
    // What is wrong, in words; empty if nothing is (shard/audit.h).
    std::string audit() const;
    std::string beyond_limits() const;
    std::string unfinished() const;

    shard::ShardIndex shards() const { return options_.shards; }
    shard::Shard& shard(shard::ShardIndex index) { return *shards_[index]; }
    SimulatedDisk& disk() { return disk_; }
    Random& random() { return random_; }
    Instant now() const { return now_; }
    const shard::Limits& limits() const { return options_.limits; }

  private:
    struct Mail {
        shard::ShardIndex from = 0;
        shard::ShardIndex to = 0;
        shard::ShardMessage message;
    };
    void start();
    bool step(bool with_time);
    bool is_due() const;
    void sync_one();
    void read_one();
    void carry_out(shard::ShardIndex index);
    bool deliver_one_mail();

    ClusterOptions options_;
    Transport& transport_;
    Random random_;
    Instant now_{1'000'000};
    SimulatedDisk disk_;
    std::uint64_t sync_one_in_ = 1;  // how slow the disk is
    std::vector<std::unique_ptr<shard::Shard>> shards_;
    std::vector<std::deque<Mail>> mail_;  // one line for each ordered pair of shards
    std::deque<shard::ShardMessage> answers_;
    std::vector<std::string> damages_;
};

}  // namespace dray::test
