// The vehicles as MQTT clients: what they hear goes into the model, what the model says goes out, on the
// topics of the contract.
//
//   order/ship/<zip>/#, vehicle/<id>/command  -> offer, offer taken, award, lost bid, revoked award
//   bid, report, position                     -> order/bid/..., vehicle/<id>/status, vehicle/<id>/location
//
// A vehicle that is off duty has no connection. One without radio keeps its connection, but nothing passes;
// positions are then kept and sent, with the time they were taken at, when something passes again.
#pragma once

#include <string>
#include <vector>

#include "fleet/fleet.h"
#include "link/links.h"
#include "program/alarms.h"
#include "program/journal.h"
#include "program/messages.h"
#include "program/missed_fixes.h"
#include "program/options.h"

namespace dray::program {

class VehicleClients final : private link::Links::Owner {
  public:
    VehicleClients(link::Loop& loop, fleet::Fleet& fleet, const Options& options, Alarms& alarms,
                   Journal& journal);

    link::Links& links() { return links_; }

    // Carries out what a vehicle's model asks for, and empties the list.
    void carry_out(std::uint32_t vehicle, fleet::Effects& effects);
    // Takes the vehicle's position and sends it, or what it has not been able to send before.
    void send_position(std::uint32_t vehicle);
    // Says that it is offline and lets go of its session's subscriptions; it is still to be disconnected.
    void say_goodbye(std::uint32_t vehicle);
    // Driving runs so many times as fast as the clock: what an ETA is divided by.
    void set_speed(double speed) { speed_ = speed; }

  private:
    link::Hello hello(std::uint32_t vehicle) override;
    void on_up(std::uint32_t vehicle) override;
    void on_message(std::uint32_t vehicle, std::string_view topic, ByteView payload) override;

    void take_offer(std::uint32_t vehicle, std::string_view topic, ByteView payload);
    void take_taken(std::uint32_t vehicle, std::string_view topic, ByteView payload);
    void take_command(std::uint32_t number, ByteView payload);
    void send_bid(std::uint32_t vehicle, const fleet::PlaceBid& bid);
    void send_report(std::uint32_t vehicle, const fleet::Report& report);
    bool send_fix(std::uint32_t vehicle, const TimedFix& fix);
    void listen_in(std::uint32_t vehicle, streets::ZipId zip);
    std::vector<std::string> filters_of(streets::ZipId zip) const;

    std::string_view id_of(std::uint32_t vehicle);
    std::string_view topic_of(std::uint32_t vehicle, std::string_view last_level);
    std::string_view zip_of(std::uint32_t vehicle) const {
        return fleet_.world().zips()[fleet_[vehicle].zip()].number;
    }

    link::Loop& loop_;
    fleet::Fleet& fleet_;
    const Options& options_;
    Alarms& alarms_;
    Journal& journal_;
    double speed_ = 1;
    std::vector<std::uint64_t> sequences_;
    std::vector<streets::ZipId> listens_in_;  // the zip around which each has subscribed
    MissedFixes missed_;
    link::Links links_;
    Messages messages_;
    fleet::Effects effects_;
    std::string id_, topic_, will_topic_, will_payload_;
};

}  // namespace dray::program
