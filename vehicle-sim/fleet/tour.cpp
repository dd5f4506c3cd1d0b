#include "fleet/tour.h"

#include <algorithm>
#include <limits>

namespace dray::fleet {

using streets::Point;

namespace {

double length_through(Point here, const std::vector<Stop>& stops) {
    double metres = 0;
    for (const Stop& stop : stops) {
        metres += distance(here, stop.point);
        here = stop.point;
    }
    return metres;
}

}  // namespace

Load* Tour::find(std::string_view order_id) {
    const auto found =
        std::find_if(loads.begin(), loads.end(), [&](const Load& load) { return load.order_id == order_id; });
    return found == loads.end() ? nullptr : &*found;
}

bool Tour::refuels() const {
    return std::any_of(stops.begin(), stops.end(),
                       [](const Stop& stop) { return stop.kind == Stop::Kind::kRefuel; });
}

void Tour::add(const Stop& pick_up, const Stop& hand_over, Point here) {
    // A stop that has begun is finished first.
    const std::size_t first = standing ? 1 : 0;
    std::vector<Stop> best;
    double shortest = std::numeric_limits<double>::infinity();
    for (std::size_t from = first; from <= stops.size(); ++from)
        for (std::size_t to = from; to <= stops.size(); ++to) {
            std::vector<Stop> tried = stops;
            tried.insert(tried.begin() + static_cast<std::ptrdiff_t>(to), hand_over);
            tried.insert(tried.begin() + static_cast<std::ptrdiff_t>(from), pick_up);
            const double metres = length_through(here, tried);
            if (metres >= shortest) continue;
            shortest = metres;
            best = std::move(tried);
        }
    stops = std::move(best);
}

bool Tour::remove(std::string_view order_id) {
    const auto of_order = [&](const auto& one) { return one.order_id == order_id; };
    const bool first = !stops.empty() && of_order(stops.front());
    std::erase_if(stops, of_order);
    std::erase_if(loads, of_order);
    if (first) standing = false;
    return first;
}

double Tour::metres(Point here) const {
    return length_through(here, stops);
}

double Tour::metres_to(std::string_view order_id, Point here) const {
    const auto last = std::find_if(stops.rbegin(), stops.rend(),
                                   [&](const Stop& stop) { return stop.order_id == order_id; });
    return length_through(here, {stops.begin(), last.base()});
}

}  // namespace dray::fleet
