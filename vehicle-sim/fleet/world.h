// What all vehicles of one thread share: the city, what is computed from it once, and working memory for
// routes.
#pragma once

#include <list>
#include <vector>

#include "fleet/conditions.h"
#include "streets/load.h"
#include "streets/nearest.h"
#include "streets/route.h"
#include "streets/travel_times.h"

namespace dray::fleet {

class World {
  public:
    explicit World(const streets::City& city, const Scenario& scenario = {});

    const streets::StreetNetwork& network() const { return city_.network; }
    const streets::ZipMap& zips() const { return city_.zips; }
    streets::ZipId zip_of(streets::ArcId arc) const { return zip_of_segment_[index(segment_of(arc))]; }
    streets::Place place_near(streets::GeoPoint point) const;
    streets::Place place_near(streets::Point point) const { return streets_.nearest(point); }

    // Where vehicles refuel. Of a map that does not know: the first place of each zip where vehicles start.
    streets::Place station_near(streets::Point point) const;

    Conditions& conditions() { return conditions_; }
    const Conditions& conditions() const { return conditions_; }

    // A standing vehicle may set off in either direction, a moving one only in its own.
    streets::Route route(streets::Place from, streets::Place to, bool standing);
    // Simulated seconds from `vehicle` by way of `pick_up` to `drop_off`.
    float estimate_seconds(streets::Place vehicle, streets::Place pick_up, streets::Place drop_off);

  private:
    static constexpr std::size_t kPickUpsMax = 16;
    // Many vehicles are asked about the same pick-up (a warehouse): the times around it are computed once.
    struct PickUp {
        streets::Place place;
        streets::TravelTimes to;
        streets::TravelTimes from;
    };
    const PickUp& times_around(streets::Place pick_up);

    const streets::City& city_;
    streets::StreetIndex streets_;
    std::vector<streets::ZipId> zip_of_segment_;
    Conditions conditions_;
    std::vector<streets::Place> stations_;
    streets::RouteFinder routes_;
    std::list<PickUp> pick_ups_;  // the last used in front
};

}  // namespace dray::fleet
