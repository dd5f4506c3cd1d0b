// Brings the model and the connections together: the clock, the messages in, the effects out.
//
//   every 20 ms a fiftieth of the fleet drives on by one real second, sends its position and looks after its
//   connection, so the load is even; vehicles that think about an offer are woken when their time has come
#pragma once

#include <queue>
#include <vector>

#include "fleet/population.h"
#include "link/links.h"
#include "link/loop.h"
#include "program/messages.h"
#include "program/options.h"
#include "program/status.h"

namespace dray::program {

class Conductor final : private link::Links::Owner {
  public:
    Conductor(link::Loop& loop, const streets::City& city, const std::vector<streets::ZipId>& zips,
              const Options& options);

    // Runs until told to stop. Returns the exit code.
    int run();

  private:
    struct Alarm {
        Instant at;
        std::uint32_t vehicle;
        friend bool operator>(const Alarm& a, const Alarm& b) { return a.at > b.at; }
    };
    enum class Phase : std::uint8_t { kReaching, kRunning, kStopping };

    link::Hello hello(std::uint32_t vehicle) override;
    void on_up(std::uint32_t vehicle) override;
    void on_message(std::uint32_t vehicle, std::string_view topic, ByteView payload) override;

    void tick();
    void tick_slot(std::uint32_t slot);
    void tick_vehicle(std::uint32_t vehicle);
    void ring_alarms();
    void try_to_reach();
    void count_activities();
    void show_status();

    void take_offer(std::uint32_t vehicle, std::string_view topic, ByteView payload);
    void take_command(std::uint32_t vehicle, ByteView payload);
    // Carries out what the model asked for in effects_.
    void carry_out(std::uint32_t vehicle);
    void send_bid(std::uint32_t vehicle, const fleet::PlaceBid& bid);
    void send_report(std::uint32_t vehicle, const fleet::Report& report);
    void listen_in(std::uint32_t vehicle, streets::ZipId zip);
    std::vector<std::string> filters_of(streets::ZipId zip) const;

    void stop(int calls);
    void give_up(const std::string& why);
    void finish(int exit_code);

    std::string_view id_of(std::uint32_t vehicle);
    std::string_view topic_of(std::uint32_t vehicle, std::string_view last_level);
    std::string_view zip_of(std::uint32_t vehicle) const {
        return world_.zips()[vehicles_[vehicle].zip()].number;
    }

    link::Loop& loop_;
    const Options& options_;
    fleet::World world_;
    std::vector<fleet::Vehicle> vehicles_;
    std::vector<std::uint64_t> sequences_;
    std::vector<streets::ZipId> listens_in_;  // the zip around which each has subscribed
    link::Links links_;
    Messages messages_;
    Status status_;
    FleetFigures figures_{};
    fleet::Effects effects_;
    std::priority_queue<Alarm, std::vector<Alarm>, std::greater<>> alarms_;

    Phase phase_ = Phase::kReaching;
    bool said_why_waiting_ = false;
    int exit_code_ = kExitOk;
    Instant started_{};
    std::uint64_t ticks_ = 0;
    std::string id_, topic_, will_topic_, will_payload_;
};

}  // namespace dray::program
