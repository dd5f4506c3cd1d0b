#include "fleet/world.h"

#include <algorithm>

namespace dray::fleet {

using streets::Place;
using streets::Route;
using streets::TravelTimes;

World::World(const streets::City& city, const Scenario& scenario)
    : city_(city),
      streets_(city.network),
      zip_of_segment_(city.zips.zip_of_segments(city.network)),
      conditions_(city, zip_of_segment_, scenario.dead_zones, scenario.faults),
      routes_(city.network) {
    for (const streets::GeoPoint station : city.stations) stations_.push_back(place_near(station));
    if (!stations_.empty()) return;
    for (const streets::ZipId zip : zips().leads())
        if (!zips()[zip].stops.empty()) stations_.push_back(place_near(zips()[zip].stops.front()));
}

Place World::place_near(streets::GeoPoint point) const {
    return streets_.nearest(network().plane().from_degrees(point));
}

Place World::station_near(streets::Point point) const {
    const auto metres = [&](Place station) { return distance(network().point_at(station), point); };
    const auto nearest = std::min_element(stations_.begin(), stations_.end(),
                                          [&](Place a, Place b) { return metres(a) < metres(b); });
    return nearest == stations_.end() ? Place{} : *nearest;
}

Route World::route(Place from, Place to, bool standing) {
    Route ahead = routes_.find(from, to);
    if (!standing || !network().drivable(opposite(from.arc))) return ahead;
    Route back = routes_.find(turned_round(network(), from), to);
    if (ahead.empty()) return back;
    return back.empty() || ahead.seconds <= back.seconds ? ahead : back;
}

float World::estimate_seconds(Place vehicle, Place pick_up, Place drop_off) {
    const PickUp& times = times_around(pick_up);
    return times.to.seconds(vehicle) + times.from.seconds(drop_off);
}

const World::PickUp& World::times_around(Place pick_up) {
    const auto found = std::find_if(pick_ups_.begin(), pick_ups_.end(), [&](const PickUp& known) {
        return known.place.arc == pick_up.arc && known.place.offset == pick_up.offset;
    });
    if (found != pick_ups_.end()) {
        pick_ups_.splice(pick_ups_.begin(), pick_ups_, found);
    } else {
        if (pick_ups_.size() == kPickUpsMax) pick_ups_.pop_back();
        pick_ups_.push_front({pick_up, TravelTimes(network(), pick_up, TravelTimes::Towards::kPlace),
                              TravelTimes(network(), pick_up, TravelTimes::Towards::kNodes)});
    }
    return pick_ups_.front();
}

}  // namespace dray::fleet
