// What a free vehicle does: it cruises about its home by quiet streets, and parks for a while now and then.
#pragma once

#include "base/random.h"
#include "fleet/motion.h"

namespace dray::fleet {

class Wander {
  public:
    // Starts standing still at `home`.
    void begin(streets::Point home, Random& random);
    // Drives on for `seconds` of simulated time. Returns the metres driven.
    float advance(const streets::StreetNetwork& network, Motion& motion, float speed_factor, double seconds,
                  Random& random);

  private:
    float home_x_ = 0;
    float home_y_ = 0;
    float seconds_left_ = 0;  // of cruising, or of standing still
    streets::ArcId next_ = streets::ArcId::kNone;
    enum class Doing : std::uint8_t { kStanding, kCruising, kParking } doing_ = Doing::kStanding;

    streets::ArcId choose_next(const streets::StreetNetwork& network, streets::ArcId from,
                               Random& random) const;
    double liking(const streets::StreetNetwork& network, streets::ArcId from, streets::ArcId into) const;
};

}  // namespace dray::fleet
