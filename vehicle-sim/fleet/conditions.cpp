#include "fleet/conditions.h"

#include <algorithm>
#include <stdexcept>

namespace dray::fleet {

using streets::ArcId;
using streets::City;
using streets::SegmentId;
using streets::ZipId;

namespace {

bool within(const City& city, SegmentId segment, const Circle& circle) {
    const auto points = city.network.shape(segment);
    const streets::Point centre = city.network.plane().from_degrees(circle.centre);
    for (std::size_t i = 1; i < points.size(); ++i) {
        const auto nearest =
            points[i - 1] + (points[i] - points[i - 1]) * nearest_share(centre, points[i - 1], points[i]);
        if (distance(nearest, centre) <= circle.radius_m) return true;
    }
    return false;
}

std::vector<bool> segments_in(const City& city, const std::vector<ZipId>& zip_of_segment, const Area& area,
                              const std::string& whose) {
    std::vector<ZipId> zips;
    for (const std::string& number : area.zips) {
        const auto found = city.zips.find(number);
        if (!found) throw std::invalid_argument(whose + ": zip " + number + " is not on the map");
        zips.push_back(city.zips[*found].lead);
    }
    std::vector<bool> result(city.network.segment_count(), area.everywhere());
    for (std::uint32_t i = 0; i < result.size(); ++i)
        if (std::find(zips.begin(), zips.end(), zip_of_segment[i]) != zips.end() ||
            std::any_of(area.circles.begin(), area.circles.end(),
                        [&](const Circle& circle) { return within(city, SegmentId{i}, circle); }))
            result[i] = true;
    return result;
}

}  // namespace

Conditions::Conditions(const City& city, const std::vector<ZipId>& zip_of_segment,
                       const std::vector<Circle>& dead_zones, const std::vector<Fault>& faults) {
    for (std::uint32_t i = 0; i < city.network.segment_count(); ++i) {
        const bool tunnel = city.network.tunnel(forward_arc(SegmentId{i}));
        always_.push_back({.radio = !tunnel, .sky = !tunnel});
    }
    if (!dead_zones.empty()) {
        const auto dead = segments_in(city, zip_of_segment, {.circles = dead_zones}, "dead zones");
        for (std::size_t i = 0; i < dead.size(); ++i)
            if (dead[i]) always_[i].radio = false;
    }
    now_ = always_;
    for (const Fault& fault : faults)
        faults_.push_back({.fault = fault,
                           .segments = segments_in(city, zip_of_segment, fault.area,
                                                   "fault " + std::to_string(faults_.size() + 1))});
}

std::vector<std::size_t> Conditions::begin(double seconds) {
    std::vector<std::size_t> beginning;
    bool changed = false;
    for (std::size_t i = 0; i < faults_.size(); ++i) {
        Timed& timed = faults_[i];
        if (!timed.begun && seconds >= timed.fault.at_s) {
            timed.begun = changed = true;
            beginning.push_back(i);
        }
        if (timed.begun && !timed.over && seconds >= timed.fault.at_s + timed.fault.for_s)
            timed.over = changed = true;
    }
    if (!changed) return beginning;
    now_ = always_;
    broker_away_ = false;
    for (const Timed& timed : faults_)
        if (timed.begun && !timed.over) apply(timed);
    return beginning;
}

void Conditions::apply(const Timed& timed) {
    if (timed.fault.kind == FaultKind::kDisconnect) broker_away_ = true;
    for (std::size_t i = 0; i < now_.size(); ++i) {
        if (!timed.segments[i]) continue;
        if (timed.fault.kind == FaultKind::kOutage) now_[i].radio = false;
        if (timed.fault.kind == FaultKind::kCongestion)
            now_[i].traffic = std::min(now_[i].traffic, static_cast<float>(timed.fault.share));
    }
}

bool Conditions::covers(std::size_t fault, ArcId arc) const {
    return faults_[fault].segments[index(segment_of(arc))];
}

}  // namespace dray::fleet
