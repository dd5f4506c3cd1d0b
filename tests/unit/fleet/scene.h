// One vehicle in a small town: a grid of 12 x 12 streets, 100 m apart, with a zip in the west and one in the
// east. Its clock is turned by hand, and what the vehicle says is kept.
#pragma once

#include <optional>
#include <string>

#include "fleet/population.h"
#include "small_network.h"

namespace dray::test {

inline streets::City small_town() {
    using namespace streets;
    const std::vector<Point> west{{150, 300}, {300, 850}};
    const std::vector<Point> east{{800, 250}, {950, 900}};
    return {.name = "Small Town",
            .attribution = "drawn by hand",
            .network = grid_network(12),
            .zips = ZipMap({{.number = "10001",
                             .centroid = {275, 550},
                             .lead = ZipId{0},
                             .neighbours = {ZipId{1}},
                             .stops = west},
                            {.number = "10002",
                             .centroid = {825, 550},
                             .lead = ZipId{1},
                             .neighbours = {ZipId{0}},
                             .stops = east}})};
}

class Scene {
  public:
    explicit Scene(std::uint64_t seed = 7) : Scene(fleet::Profile{}, {.seed = seed}) {}
    // One vehicle of this kind in the western zip.
    explicit Scene(const fleet::Profile& profile, fleet::Scenario scenario = {.seed = 7})
        : scenario_(with_one_vehicle(std::move(scenario), profile)),
          vehicle_(std::move(fleet::populate(world_, scenario_).front())) {}
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    fleet::Vehicle& vehicle() { return vehicle_; }
    fleet::World& world() { return world_; }
    const fleet::Effects& said() const { return said_; }
    Instant now() const { return now_; }

    streets::GeoPoint at(double x, double y) const { return town_.network.plane().to_degrees({x, y}); }

    fleet::Offer an_offer(const std::string& order, std::uint32_t epoch = 1) const {
        return {.order_id = order,
                .zip = "10001",
                .epoch = epoch,
                .pick_up = at(1000, 120),
                .drop_off = at(100, 1050),
                .expires_at = now_ + std::chrono::seconds(30),
                .cause = {.event_id = "offer of " + order}};
    }
    fleet::Award an_award(const std::string& order, std::uint32_t epoch = 1) const {
        return {.order_id = order,
                .epoch = epoch,
                .pick_up = at(1000, 120),
                .drop_off = at(100, 1050),
                .cause = {.event_id = "award of " + order}};
    }

    void offer(const fleet::Offer& offer) { vehicle_.offer(world_, now_, offer, said_); }
    void award(const fleet::Award& award) { vehicle_.deliver(world_, now_, award, said_); }
    void revoke(const std::string& order, std::uint32_t epoch) {
        vehicle_.revoke(world_, order, epoch, {}, said_);
    }
    void lose(const std::string& order, std::uint32_t epoch) { vehicle_.bid_lost(order, epoch); }
    void hear_taken(const std::string& order, std::uint32_t epoch) { vehicle_.offer_taken(order, epoch); }

    // The clock goes on and rings where the vehicle asked for it.
    void pass(std::chrono::milliseconds time) {
        now_ = now_ + time;
        vehicle_.wake(world_, now_, said_);
    }
    void drive(double seconds) { vehicle_.advance(world_, seconds, said_); }

    // Offers orders until one is bid for, since a vehicle may always decline. Returns the order's name.
    std::string until_it_bids() {
        for (int i = 0; i < 1000; ++i) {
            std::string order = "order-" + std::to_string(i);
            offer(an_offer(order));
            pass(std::chrono::seconds(3));
            for (const auto& effect : said_)
                if (std::holds_alternative<fleet::PlaceBid>(effect)) return order;
        }
        return "";
    }
    // What it reports, in order, and forgets all else.
    std::vector<fleet::Report> reports() {
        std::vector<fleet::Report> found;
        for (const auto& effect : said_)
            if (const auto* report = std::get_if<fleet::Report>(&effect)) found.push_back(*report);
        said_.clear();
        return found;
    }
    // The last thing of this kind that it said, and forgets all.
    template <class Kind>
    std::optional<Kind> last() {
        std::optional<Kind> found;
        for (const auto& effect : said_)
            if (const auto* wanted = std::get_if<Kind>(&effect)) found = *wanted;
        said_.clear();
        return found;
    }

  private:
    static fleet::Scenario with_one_vehicle(fleet::Scenario scenario, const fleet::Profile& profile) {
        scenario.groups = {{.vehicles = 1, .zips = {"10001"}, .profile = profile}};
        return scenario;
    }

    streets::City town_ = small_town();
    fleet::Scenario scenario_;
    fleet::World world_{town_, scenario_};
    fleet::Vehicle vehicle_;
    fleet::Effects said_;
    Instant now_{1'000'000};
};

}  // namespace dray::test
