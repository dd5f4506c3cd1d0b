#include "simulation.h"

#include "hostile.h"
#include "witness.h"

namespace dray::sim {

namespace {

using namespace std::chrono_literals;

}  // namespace

Simulation::Simulation(std::uint64_t seed, Laws laws)
    : chance_(seed),
      plan_(Plan::of(chance_)),
      laws_(std::move(laws)),
      network_(chance_,
               [this](const Wire& wire, const shard::Effects::Close& close) {
                   laws_.tell(&Law::closed, Closing{wire.owner, wire.behaves, wire.has_rival,
                                                    wire.said_goodbye, close.reason, close.why});
               }),
      cluster_(std::make_unique<test::Cluster>(plan_.cluster, network_)),
      common_{chance_, network_, laws_, messages_, now_, plan_.cluster.limits.inflight_messages_max} {
    network_.attach(*cluster_);
    laws_.tell(&Law::began, plan_.cluster);
    now_ = cluster_->now();
    for (Character& character : plan_.characters)
        clients_.push_back(std::make_unique<Client>(common_, std::move(character)));
    for (std::size_t i = 0; i < plan_.hostile_clients; ++i)
        hostile_.push_back(std::make_unique<Hostile>(chance_, network_));
}

Simulation::~Simulation() = default;

std::string Simulation::run() {
    for (std::uint64_t event = 0; event < plan_.events && laws_.verdict().empty(); ++event) {
        one_event();
        now_ = cluster_->now();
        if (event % 256 == 0) laws_.tell(&Law::at_any_time, static_cast<Situation&>(*this));
    }
    if (laws_.verdict().empty()) calm_down();
    if (laws_.verdict().empty()) {
        close_books();
        laws_.tell(&Law::at_the_end, static_cast<Situation&>(*this));
    }
    return laws_.verdict();
}

void Simulation::one_event() {
    const std::uint64_t kind = chance_.below(100);
    if (kind < 45) {
        network_.move();
    } else if (kind < 75) {
        cluster_->step();
    } else if (kind < 97) {
        let_a_client_act();
    } else if (kind < 99) {
        cluster_->pass(
            std::chrono::milliseconds(chance_.below(20) == 0 ? chance_.below(5'000) : chance_.below(50)));
    }
    fail_somehow();
}

void Simulation::let_a_client_act() {
    if (!hostile_.empty() && chance_.below(12) == 0) return hostile_[chance_.below(hostile_.size())]->act();
    act(one_of_clients());
}

void Simulation::act(Client& client) {
    if (!client.has_connection()) return client.connect();
    const std::uint64_t kind = chance_.below(100);
    if (kind < 50) return client.publish();
    if (kind < 80) return client.answer(1 + chance_.below(4));
    if (kind < 90) return client.subscribe();
    if (kind < 92) return client.unsubscribe();
    if (kind < 97) return client.rest(client.character().rests && kind < 94);
    if (kind < 98) return client.disconnect();
    if (kind < 99 && plan_.faults.cut > 0) return client.connect();
}

void Simulation::fail_somehow() {
    const Plan::Faults& faults = plan_.faults;
    const auto strikes = [this](std::uint64_t of_1000) {
        return of_1000 > 0 && chance_.below(1'000) < of_1000;
    };
    if (strikes(faults.cut)) one_of_clients().lose_connection();
    if (strikes(faults.crash)) crash(false);
    if (strikes(faults.restart)) crash(true);
    if (strikes(faults.full_disk)) cluster_->disk().set_works(!cluster_->disk().works());
    if (strikes(faults.pressure)) cluster_->set_pressure(static_cast<unsigned>(chance_.below(110)));
}

void Simulation::crash(bool in_order) {
    if (in_order) {
        cluster_->disk().set_works(true);
        cluster_->shut_down();
        cluster_->sync();
    }
    close_books();
    laws_.tell(&Law::crashed);
    network_.cut_all();
    cluster_->crash(static_cast<shard::ShardIndex>(1 + chance_.below(4)));
    cluster_->disk().set_works(true);
}

void Simulation::close_books() {
    const shard::Statistics statistics = cluster_->statistics();
    books_.add(statistics.books.total());
    publishes_refused_ += statistics.publishes_refused;
}

bool Simulation::everything_moves() {
    bool has_moved = false;
    for (bool moves = true; moves; has_moved |= moves) {
        moves = network_.move();
        moves |= cluster_->step();
    }
    return has_moved;
}

void Simulation::everybody_answers() {
    constexpr int kTimesMax = 10'000;
    for (int times = 0; times < kTimesMax && laws_.verdict().empty(); ++times) {
        for (const auto& each : clients_) each->settle();
        network_.end_abandoned();
        if (!everything_moves()) return;
    }
}

void Simulation::calm_down() {
    cluster_->disk().set_works(true);
    cluster_->set_pressure(0);
    for (const auto& each : hostile_) each->go();
    constexpr int kRoundsMax = 300;
    for (int round = 0, quiet = 0; round < kRoundsMax && quiet < 3 && laws_.verdict().empty(); ++round) {
        everybody_answers();
        cluster_->advance(round < 90 ? 1s : 10ms);
        now_ = cluster_->now();
        quiet = awaited().empty() && cluster_->unfinished().empty() ? quiet + 1 : 0;
    }
}

Situation::Kept Simulation::kept() const {
    Kept kept;
    for (const auto& client : clients_) {
        if (!client->character().lasts) continue;
        ++kept.sessions;
        kept.subscriptions += client->subscriptions();
    }
    return kept;
}

std::string Simulation::awaited() const {
    std::string text;
    for (const auto& client : clients_) text += client->awaited();
    return text;
}

std::optional<std::uint32_t> Simulation::retained(std::string_view topic) {
    if (!witness_) {
        witness_ = std::make_unique<Witness>(network_);
        everything_moves();
    }
    const auto found = witness_->retained.find(topic);
    return found == witness_->retained.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace dray::sim
