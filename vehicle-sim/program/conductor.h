// Brings the model and the connections together: the clock, the phases of a run, the user's keys.
//
//   every 20 ms a fiftieth of the fleet drives on by one real second, sends its position and looks after its
//   connection, so the load is even; vehicles that think about an offer are woken when their time has come
#pragma once

#include <memory>

#include "link/loop.h"
#include "program/scenario_commands.h"
#include "program/status.h"
#include "program/vehicle_clients.h"

namespace dray::program {

class TripRecorder;

class Conductor {
  public:
    Conductor(link::Loop& loop, fleet::Fleet& fleet, const Options& options, const std::string& title,
              const ProcessFigures& before, TripRecorder* recorder);

    // Runs until told to stop. Returns the exit code.
    int run();

  private:
    enum class Phase : std::uint8_t { kReaching, kRunning, kStopping };

    void tick();
    void tick_slot(std::uint32_t slot);
    void begin_round();
    void tick_vehicle(std::uint32_t vehicle);
    void ring_alarms();
    void try_to_reach();
    void set_speed(double speed);
    void pause_or_go_on();
    void take_key(char key);
    Snapshot snapshot();
    void stop(int calls);
    std::string not_reached(double seconds) const;
    void give_up(const std::string& why);

    link::Loop& loop_;
    fleet::Fleet& fleet_;
    const Options& options_;
    ProcessFigures before_;  // there were vehicles
    TripRecorder* recorder_;
    Alarms alarms_;
    Journal journal_;
    VehicleClients clients_;
    link::Links& links_;
    Status status_;
    ScenarioCommands commands_;
    fleet::Effects effects_;

    Phase phase_ = Phase::kReaching;
    std::uint32_t scout_ = 0;  // the vehicle that goes ahead
    bool said_why_waiting_ = false;
    int exit_code_ = kExitOk;
    Instant started_{};
    std::uint64_t ticks_ = 0;
    std::uint64_t slots_ = 0;  // worked off while it runs
    double speed_ = 1;
    bool paused_ = false;
    double simulated_s_ = 0;
};

}  // namespace dray::program
