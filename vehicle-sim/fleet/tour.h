// What a vehicle has taken upon itself: the orders on their way, and the stops it will make for them.
//
//   loads   a (aboard)  b
//   stops   pick up b -> hand over a -> refuel -> hand over b      the vehicle drives to, or stands at, the
//   first
//
// A new order's two stops go where they make the tour least longer (cheapest insertion, as the crow flies).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "fleet/effect.h"
#include "streets/route.h"

namespace dray::fleet {

struct Load {
    std::string order_id;
    std::uint32_t epoch = 0;
    Cause cause{};
    bool aboard = false;
};

struct Stop {
    enum class Kind : std::uint8_t { kPickUp, kHandOver, kRefuel };
    Kind kind = Kind::kRefuel;
    streets::Place place{};
    streets::Point point{};
    std::string order_id{};
};

struct Tour {
    std::vector<Load> loads{};
    std::vector<Stop> stops{};
    streets::Route route{};  // to the first stop
    std::size_t route_at = 0;
    bool standing = false;   // at the first stop
    float stop_seconds = 0;  // of standing that are left
    Instant report_at{};

    Load* find(std::string_view order_id);
    bool refuels() const;
    void add(const Stop& pick_up, const Stop& hand_over, streets::Point here);
    // Returns whether the stop it drives to, or stands at, was one of the order's.
    bool remove(std::string_view order_id);
    // As the crow flies from `here`: through all stops, and as far as the order's last.
    double metres(streets::Point here) const;
    double metres_to(std::string_view order_id, streets::Point here) const;
};

}  // namespace dray::fleet
