// The model without a broker, as fast as it goes: to try a scenario, and to see how many vehicles can be
// moved.
//
// A business of its own offers the scenario's orders: each to the vehicles of a zip and those around it, and
// the first bid wins. All clocks are simulated, so two runs give the same trips and the same report.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "program/alarms.h"
#include "program/journal.h"
#include "program/options.h"
#include "program/snapshot.h"

namespace dray::program {

class TripRecorder;

class DryRun {
  public:
    DryRun(fleet::Fleet& fleet, const Options& options, const ProcessFigures& before, TripRecorder* recorder);

    // Simulates options.duration_s. `watch` is told about once a second of the clock how far it is; when it
    // returns false, this is the end. Returns how far it has come.
    Snapshot run(const std::function<bool(const Snapshot&)>& watch);

  private:
    void begin_round();
    void place_orders();
    fleet::Offer make_offer(streets::ZipId zip);
    void ring_alarms();
    void carry_out(std::uint32_t vehicle, fleet::Effects& effects);
    void take_bid(std::uint32_t vehicle, const fleet::PlaceBid& bid);
    Instant now() const { return clock_; }
    Snapshot snapshot(double elapsed_s) const;

    fleet::Fleet& fleet_;
    const Options& options_;
    ProcessFigures before_;  // there were vehicles
    TripRecorder* recorder_;
    std::vector<streets::ZipId> zips_;  // that orders come from
    Alarms alarms_;
    Journal journal_;
    Random random_;
    fleet::Effects effects_;
    std::unordered_map<std::string, fleet::Offer> open_;  // orders that nobody has been awarded yet
    double simulated_s_ = 0;
    Instant clock_{};  // within the step that is being simulated
    double next_order_s_ = 0;
    std::uint64_t orders_ = 0;
};

}  // namespace dray::program
