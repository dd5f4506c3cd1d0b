#include "fleet/fleet.h"

#include "fleet/chance.h"

namespace dray::fleet {

namespace {

constexpr std::uint64_t kMisfortune = 5;

}  // namespace

Fleet::Fleet(const streets::City& city, const Scenario& scenario)
    : scenario_(scenario),
      world_(city, scenario),
      vehicles_(populate(world_, scenario)),
      misfortune_(generator_for(scenario.seed, 0, kMisfortune)) {}

void Fleet::begin_round(double seconds, const Told& told) {
    Effects effects;
    for (const std::size_t begun : world_.conditions().begin(seconds)) {
        const Fault& fault = scenario_.faults[begun];
        if (fault.kind != FaultKind::kBreakdown) continue;
        for (std::uint32_t i = 0; i < vehicles_.size(); ++i) {
            if (!world_.conditions().covers(begun, vehicles_[i].motion().place.arc)) continue;
            if (!happens(misfortune_, fault.share)) continue;
            vehicles_[i].break_down(effects);
            told(i, effects);
            effects.clear();
        }
    }
}

}  // namespace dray::fleet
