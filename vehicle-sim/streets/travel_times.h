// How long it takes from every node to one place, or from one place to every node (Dijkstra).
// One computation answers every vehicle that is asked about the same place. Turning round costs nothing here.
#pragma once

#include <vector>

#include "streets/network.h"

namespace dray::streets {

class TravelTimes {
  public:
    enum class Towards { kPlace, kNodes };

    TravelTimes(const StreetNetwork& network, Place place, Towards towards);

    // Seconds between `other` and the place, in the direction asked for; infinite where there is no way.
    float seconds(Place other) const;

  private:
    float seconds_on_same_arc(Place other) const;

    const StreetNetwork* network_;
    Place place_;
    Towards towards_;
    std::vector<float> at_node_;
};

}  // namespace dray::streets
