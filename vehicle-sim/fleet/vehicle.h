// One vehicle: it wanders until an offer comes, thinks it over, bids, and if it wins drives to the pick-up
// and on to the customer.
//
//       offer           wake           deliver            arrived             arrived
//   idle ----> deciding ----> bidding --------> to pick-up -----> to customer -----> handing over
//    ^            |              |                  |                  |                  |
//    +------------+--------------+------------------+------------------+------------------+
//      declines, taken   bid_lost, too late      revoke             revoke            delivered
//
// With room for more than one order it may negotiate while it drives. It refuels when the tank is low, goes
// off duty after its shift, and may break down; what it has on board then waits.
//
// Input -> effects: time comes in as an argument and chance from the vehicle's own generator, so the same
// seed and the same inputs give the same trips. Negotiation runs on the wall clock (offers expire there),
// driving on simulated time. Kept small, since a million of them may be driven at once; what only a busy
// vehicle needs is in its Negotiation and its Tour. `vehicle.cpp` drives, `vehicle_orders.cpp` negotiates.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "fleet/effect.h"
#include "fleet/motion.h"
#include "fleet/scenario.h"
#include "fleet/tour.h"
#include "fleet/wander.h"
#include "fleet/world.h"

namespace dray::fleet {

// Where the vehicle believes it is: with the error that a receiver has.
struct Fix {
    streets::GeoPoint position{};
    float speed = 0;            // m/s
    float heading_degrees = 0;  // 0 = north, clockwise
};

class Vehicle {
  public:
    // `profile` is one of the scenario's and must outlive the vehicle.
    Vehicle(World& world, const Profile& profile, const Scenario& scenario, std::uint32_t number,
            streets::Place at);

    // --- Inputs; what follows from them is appended to `effects` ---
    void offer(World& world, Instant now, const Offer& offer, Effects& effects);
    void deliver(World& world, Instant now, const Award& award, Effects& effects);
    void bid_lost(std::string_view order_id, std::uint32_t epoch);
    // Another was faster. Who has bid already waits for the answer to its bid.
    void offer_taken(std::string_view order_id, std::uint32_t epoch);
    void revoke(World& world, std::string_view order_id, std::uint32_t epoch, const Cause& cause,
                Effects& effects);
    void wake(World& world, Instant now, Effects& effects);
    // Drives on for `seconds` of simulated time.
    void advance(World& world, double seconds, Effects& effects);
    void break_down(Effects& effects);

    // --- What it is ---
    Activity activity() const;
    // Whether it could take an order upon itself.
    bool has_room() const;
    bool on_duty() const { return on_duty_; }
    bool broken_down() const { return repair_seconds_ > 0; }
    std::uint32_t capacity() const { return profile_->capacity; }
    std::size_t orders() const { return tour_ ? tour_->loads.size() : 0; }
    streets::ZipId zip() const { return zip_; }
    const Motion& motion() const { return motion_; }
    float range_metres() const { return range_metres_; }
    // Tells others its present state, order by order.
    void report(Effects& effects) const;
    // The line it means to take to its next stop, its corners only; none: it wanders.
    std::vector<streets::GeoPoint> way_ahead(const World& world) const;
    // Nothing where no satellite is seen. Draws new noise: once a published fix.
    std::optional<Fix> fix(const World& world);

  private:
    struct Negotiation;

    // --- vehicle_orders.cpp ---
    bool would_suit(World& world, const Offer& offer, float& eta_seconds);
    void place_bid(bool again, const Cause& cause, Effects& effects) const;
    Report report_of(const Load& load) const;
    bool has_delivered(std::string_view order_id, std::uint32_t epoch) const;
    void end_negotiation();

    // --- vehicle.cpp ---
    void become_free(World& world, Effects& effects);
    void note_zip(const World& world, Effects& effects);
    void begin_tour(World& world, const Stop& stop);
    void head_for_next_stop(World& world);
    float drive_route(World& world, double& seconds);
    double work(World& world, double seconds, Effects& effects);
    void leave_stop(World& world, Effects& effects);
    void finish(const std::string& order_id, Effects& effects);
    void keep_hours(const World& world, double seconds, Effects& effects);
    double mend(double seconds, Effects& effects);
    void wear(float metres, Effects& effects);
    float full_range_metres() const { return static_cast<float>(profile_->range_km * 1000); }

    const Profile* profile_;
    Random random_;
    Random noise_;
    Motion motion_;
    Wander wander_;
    float noise_x_ = 0;
    float noise_y_ = 0;
    float pace_ = 1;
    float range_metres_ = 0;      // what is left; infinite if it never runs out
    float breakdown_metres_ = 0;  // how far it still gets before it breaks down
    float repair_seconds_ = 0;    // left, while it is broken down
    float duty_seconds_ = 0;      // until its shift ends or begins; infinite if it is always on duty
    std::uint32_t last_epoch_ = 0;
    std::size_t last_order_hash_ = 0;  // of the order delivered last, so that a late duplicate is known
    streets::ZipId zip_{};
    bool on_duty_ = true;

    struct NegotiationDeleter {
        void operator()(Negotiation* negotiation) const;
    };
    std::unique_ptr<Negotiation, NegotiationDeleter> negotiation_;
    std::unique_ptr<Tour> tour_;
};

}  // namespace dray::fleet
