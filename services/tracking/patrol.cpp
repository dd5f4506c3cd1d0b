#include "services/tracking/patrol.h"

#include <algorithm>
#include <cstdio>

#include "services/tracking/piece.h"

namespace dray::tracking {
namespace {

constexpr double kMphPerMps = 2.23694;

std::string speeding_text(double speed, double usual) {
    char text[64];
    std::snprintf(text, sizeof text, "%.0f mph where %.0f are usual", speed * kMphPerMps, usual * kMphPerMps);
    return text;
}

}  // namespace

std::optional<v1::Alert> Patrol::speeding(const v1::Location& fix) {
    const auto usual = speeds_.usual_at(fix.position());
    if (!usual) return std::nullopt;
    const double speed = static_cast<double>(fix.speed_mps());
    if (speed <= kTooFast * *usual) {
        too_fast_.erase(fix.vehicle_id());
        return std::nullopt;
    }
    if (++too_fast_[fix.vehicle_id()] != kFixesInARow) return std::nullopt;
    v1::Alert alert;
    alert.set_vehicle_id(fix.vehicle_id());
    *alert.mutable_position() = fix.position();
    alert.set_speed_mps(fix.speed_mps());
    alert.set_limit_mps(static_cast<float>(*usual));
    alert.set_text(speeding_text(speed, *usual));
    return alert;
}

PlannedWay::PlannedWay(const v1::VehicleStatus& status)
    : corners_(status.way().begin(), status.way().end()), since_ms_(status.header().occurred_at_ms()) {}

std::optional<double> PlannedWay::strayed(const v1::Location& fix) {
    if (!is_known() || fix.time_ms() < since_ms_) return std::nullopt;
    double metres = metres_to_piece(fix.position(), corners_[0], corners_[1]);
    for (std::size_t i = 1; i + 1 < corners_.size(); ++i)
        metres = std::min(metres, metres_to_piece(fix.position(), corners_[i], corners_[i + 1]));
    if (metres <= kOffMetres) {
        fixes_off_ = 0;
        return std::nullopt;
    }
    return ++fixes_off_ == kFixesInARow ? std::optional(metres) : std::nullopt;
}

std::optional<double> Way::strayed(double metres_left) {
    nearest_ = std::min(nearest_.value_or(metres_left), metres_left);
    const double off = metres_left - *nearest_;
    if (is_astray_ && off < kBackMetres) is_astray_ = false;
    if (is_astray_ || off < kAstrayMetres) return std::nullopt;
    is_astray_ = true;
    return off;
}

}  // namespace dray::tracking
