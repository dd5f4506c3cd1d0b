// One simulation: everything in it follows from its seed. Clients publish, subscribe, come and go over a
// network that delays, splits and cuts; the disk is slow, full for a while or forgets; the broker is killed
// or stopped and comes back with another number of shards. Then all faults end, everybody acknowledges what
// there is, and what must hold is looked at once more.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "client.h"
#include "cluster.h"
#include "law.h"
#include "network.h"
#include "situation.h"

namespace dray::sim {

// What the seed decides in advance (plan.cpp).
struct Plan {
    test::ClusterOptions cluster;
    std::vector<Character> characters;
    std::size_t hostile_clients = 0;
    std::uint64_t events = 0;
    // Of 1,000 events each.
    struct Faults {
        std::uint64_t cut = 0;
        std::uint64_t crash = 0;
        std::uint64_t restart = 0;
        std::uint64_t full_disk = 0;
        std::uint64_t pressure = 0;
    };
    Faults faults;

    static Plan of(Random& chance);
};

class Hostile;
class Witness;

class Simulation final : private Situation {
  public:
    Simulation(std::uint64_t seed, Laws laws);
    ~Simulation() override;
    // What was broken, in words; empty if every law holds.
    std::string run();

  private:
    // --- Situation ---
    test::Cluster& cluster() override { return *cluster_; }
    const shard::Books& books() override { return books_; }
    std::uint64_t publishes_refused() override { return publishes_refused_; }
    Kept kept() const override;
    std::string awaited() const override;
    std::optional<std::uint32_t> retained(std::string_view topic) override;

    void one_event();
    void let_a_client_act();
    void act(Client& client);
    void fail_somehow();
    void time_passes();
    void crash(bool in_order);
    void calm_down();
    bool everything_moves();  // false if nothing could
    void everybody_answers();
    void close_books();
    Client& one_of_clients() { return *clients_[chance_.below(clients_.size())]; }

    Random chance_;
    Plan plan_;
    Laws laws_;
    std::deque<Message> messages_;
    Instant now_;
    Network network_;
    std::unique_ptr<test::Cluster> cluster_;
    Common common_;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<std::unique_ptr<Hostile>> hostile_;
    std::unique_ptr<Witness> witness_;
    // Of processes that are no more; in the end, of all.
    shard::Books books_;
    std::uint64_t publishes_refused_ = 0;
};

}  // namespace dray::sim
