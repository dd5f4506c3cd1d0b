// What the streets are like at the moment: where there is radio and sky, and how fast traffic flows.
//
// Kept per segment and computed anew only when a fault begins or ends, so that a vehicle on the move asks
// for the price of one look-up. Pure; simulated seconds since the start.
#pragma once

#include <vector>

#include "fleet/scenario.h"
#include "streets/load.h"

namespace dray::fleet {

class Conditions {
  public:
    // Throws std::invalid_argument that names the fault, and the zip that the map does not have.
    Conditions(const streets::City& city, const std::vector<streets::ZipId>& zip_of_segment,
               const std::vector<Circle>& dead_zones, const std::vector<Fault>& faults);

    // Time goes on. Returns the faults that begin now, by their place in the scenario.
    std::vector<std::size_t> begin(double seconds);

    // Whether a message gets through from there.
    bool radio(streets::ArcId arc) const { return at(arc).radio; }
    // Whether satellites are seen from there: not in a tunnel.
    bool sky(streets::ArcId arc) const { return at(arc).sky; }
    // Share of the usual speed at which traffic flows there.
    float traffic(streets::ArcId arc) const { return at(arc).traffic; }
    // Whether no connection can be held or made at the moment, wherever one is.
    bool broker_away() const { return broker_away_; }
    bool covers(std::size_t fault, streets::ArcId arc) const;

  private:
    struct Street {
        float traffic = 1;
        bool radio = true;
        bool sky = true;
    };
    struct Timed {
        Fault fault;
        std::vector<bool> segments;
        bool begun = false;
        bool over = false;
    };

    const Street& at(streets::ArcId arc) const { return now_[index(segment_of(arc))]; }
    void apply(const Timed& timed);

    std::vector<Street> always_;
    std::vector<Street> now_;
    std::vector<Timed> faults_;
    bool broker_away_ = false;
};

}  // namespace dray::fleet
