#include "services/tracking/fleet_view.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace dray::tracking {
namespace {

std::int32_t millionths(double degrees) {
    return static_cast<std::int32_t>(std::lround(degrees * 1e6));
}

bool has_work(v1::VehicleState state) {
    return state == v1::VEHICLE_STATE_TO_PICK_UP || state == v1::VEHICLE_STATE_TO_CUSTOMER ||
           state == v1::VEHICLE_STATE_BROKEN_DOWN;
}

void fill(v1::FleetVehicle& shown, const v1::Location& fix, std::int64_t now_ms) {
    shown.set_vehicle_id(fix.vehicle_id());
    shown.set_latitude_e6(millionths(fix.position().latitude()));
    shown.set_longitude_e6(millionths(fix.position().longitude()));
    shown.set_heading_degrees(static_cast<std::uint32_t>(std::lround(fix.heading_degrees())));
    shown.set_speed_mps(fix.speed_mps());
    // A vehicle's clock may be ahead of ours.
    shown.set_age_ms(static_cast<std::uint32_t>(std::max<std::int64_t>(0, now_ms - fix.time_ms())));
}

}  // namespace

void FleetView::located(const v1::Location& fix) {
    auto& vehicle = vehicles_[fix.vehicle_id()];
    // What was kept while there was no radio comes late.
    if (fix.time_ms() > vehicle.fix.time_ms()) vehicle.fix = fix;
}

void FleetView::vehicle_reports(const v1::VehicleStatus& status) {
    auto& vehicle = vehicles_[status.vehicle_id()];
    vehicle.state = status.state();
    vehicle.order_id = has_work(status.state()) ? status.header().order_id() : std::string();
}

std::vector<v1::FleetPositions> FleetView::positions(std::int64_t now_ms) {
    std::map<std::string, v1::FleetPositions> by_zip;
    for (const auto& [id, vehicle] : vehicles_) {
        if (now_ms - vehicle.fix.time_ms() > kForgottenMs) continue;
        auto& shown = *by_zip[zips_.zip_at(vehicle.fix.position())].add_vehicles();
        fill(shown, vehicle.fix, now_ms);
        shown.set_state(vehicle.state);
        shown.set_order_id(vehicle.order_id);
    }
    std::vector<v1::FleetPositions> positions;
    positions.reserve(by_zip.size());
    for (auto& [zip, of_zip] : by_zip) {
        of_zip.set_zip(zip);
        of_zip.set_time_ms(now_ms);
        positions.push_back(std::move(of_zip));
    }
    return positions;
}

}  // namespace dray::tracking
