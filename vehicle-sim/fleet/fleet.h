// All vehicles of a scenario in their city, and the rounds of simulated time they live through.
//
//   begin_round(t)   faults begin and end, vehicles are struck
//   vehicle by vehicle: advance(seconds)
//
// Lives on one thread. The scenario must outlive it.
#pragma once

#include <functional>
#include <vector>

#include "fleet/population.h"

namespace dray::fleet {

class Fleet {
  public:
    // What a vehicle has to say.
    using Told = std::function<void(std::uint32_t vehicle, Effects& effects)>;

    // Throws std::invalid_argument that names a zip which the map does not have, or which has no street.
    Fleet(const streets::City& city, const Scenario& scenario);

    const Scenario& scenario() const { return scenario_; }
    World& world() { return world_; }
    const World& world() const { return world_; }
    std::uint32_t size() const { return static_cast<std::uint32_t>(vehicles_.size()); }
    Vehicle& operator[](std::uint32_t vehicle) { return vehicles_[vehicle]; }
    const Vehicle& operator[](std::uint32_t vehicle) const { return vehicles_[vehicle]; }
    const std::vector<Vehicle>& vehicles() const { return vehicles_; }

    // `seconds` of simulated time have passed since the start. What vehicles say that are struck by a fault
    // goes to `told`, which takes the effects.
    void begin_round(double seconds, const Told& told);
    // Whether a message gets through from where the vehicle is.
    bool radio(std::uint32_t vehicle) const {
        return world_.conditions().radio(vehicles_[vehicle].motion().place.arc);
    }

  private:
    const Scenario& scenario_;
    World world_;
    std::vector<Vehicle> vehicles_;
    Random misfortune_;
};

}  // namespace dray::fleet
