// One vehicle: it wanders until an offer comes, thinks it over, bids, and if it wins drives to the pick-up
// and on to the customer.
//
//            offer            wake             deliver                arrived          arrived
//   idle ---------> deciding ------> bidding -----------> to pick-up ----> loading ... to customer ---->
//   handing over
//    ^                 | declines       | bid_lost, too late   | revoke |
//    +-----------------+----------------+----------------------+---------------- delivered
//    --------------------+
//
// Input -> effects: time comes in as an argument and chance from the vehicle's own generator, so the same
// seed and the same inputs give the same trips. Negotiation runs on the wall clock (offers expire there),
// driving on simulated time. It carries one order at a time. Kept small, since a million of them may be
// driven at once; what only a busy vehicle needs is in its Job.
#pragma once

#include <memory>
#include <string_view>

#include "base/random.h"
#include "fleet/effect.h"
#include "fleet/motion.h"
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
    Vehicle(World& world, std::uint64_t seed, std::uint32_t number, streets::Place at);

    // --- Inputs; what follows from them is appended to `effects` ---
    void offer(World& world, Instant now, const Offer& offer, Effects& effects);
    void deliver(World& world, Instant now, const Award& award, Effects& effects);
    void bid_lost(std::string_view order_id, std::uint32_t epoch);
    void revoke(World& world, std::string_view order_id, std::uint32_t epoch, const Cause& cause,
                Effects& effects);
    void wake(World& world, Instant now, Effects& effects);
    // Drives on for `seconds` of simulated time.
    void advance(World& world, double seconds, Effects& effects);

    // --- What it is ---
    Activity activity() const { return activity_; }
    streets::ZipId zip() const { return zip_; }
    const Motion& motion() const { return motion_; }
    // The report that tells others its present state.
    Report report() const;
    // Draws new noise: once a published fix.
    Fix fix(const World& world);

  private:
    struct Job;

    bool wants(const Offer& offer);
    void forget_job();
    void become_free(World& world, Effects& effects);
    void note_zip(const World& world, Effects& effects);
    void set_off(World& world, Activity activity, streets::Place to);
    double drive_route(World& world, double seconds);
    double work(World& world, double seconds, Effects& effects);
    void finish(World& world, Effects& effects);
    bool has_delivered(std::string_view order_id, std::uint32_t epoch) const;

    Random random_;
    Random noise_;
    Motion motion_;
    Wander wander_;
    float noise_x_ = 0;
    float noise_y_ = 0;
    float speed_factor_ = 1;
    std::uint32_t last_epoch_ = 0;
    std::size_t last_order_hash_ = 0;  // of the order delivered last, so that a late duplicate is known
    streets::ZipId zip_{};
    Activity activity_ = Activity::kIdle;

    struct JobDeleter {
        void operator()(Job* job) const;
    };
    std::unique_ptr<Job, JobDeleter> job_;
};

}  // namespace dray::fleet
