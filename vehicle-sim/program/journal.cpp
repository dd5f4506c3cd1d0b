#include "program/journal.h"

namespace dray::program {

using fleet::Activity;

void count_activities(const fleet::Fleet& fleet, FleetFigures& figures) {
    figures.idle = figures.assigned = figures.refuelling = figures.broken_down = figures.off_duty = 0;
    for (const auto& vehicle : fleet.vehicles()) {
        const Activity activity = vehicle.activity();
        if (activity == Activity::kOffDuty)
            ++figures.off_duty;
        else if (activity == Activity::kBrokenDown)
            ++figures.broken_down;
        else if (activity == Activity::kRefuelling)
            ++figures.refuelling;
        else
            ++(carries_order(activity) ? figures.assigned : figures.idle);
    }
}

}  // namespace dray::program
