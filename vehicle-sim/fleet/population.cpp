#include "fleet/population.h"

#include <stdexcept>

#include "fleet/chance.h"

namespace dray::fleet {

using streets::ZipId;

namespace {

constexpr std::uint64_t kPlacing = 3;

using Places = std::vector<streets::Place>;

std::vector<Places> places_of(const World& world, const std::vector<ZipId>& zips) {
    std::vector<Places> places(zips.size());
    for (std::size_t i = 0; i < zips.size(); ++i)
        for (const streets::Point stop : world.zips()[zips[i]].stops)
            places[i].push_back(world.place_near(stop));
    return places;
}

// Whose zip is wrong is said, too.
std::vector<ZipId> zips_of(const World& world, const Group& group) {
    try {
        return choose_zips(world.zips(), group.zips);
    } catch (const std::invalid_argument& error) {
        throw std::invalid_argument(group.name.empty() ? error.what() : group.name + ": " + error.what());
    }
}

}  // namespace

std::vector<ZipId> choose_zips(const streets::ZipMap& zips, const std::vector<std::string>& numbers) {
    std::vector<ZipId> chosen;
    if (numbers.empty()) {
        for (const ZipId zip : zips.leads())
            if (!zips[zip].stops.empty()) chosen.push_back(zip);
        if (chosen.empty()) throw std::invalid_argument("no zip has a street that vehicles can start on");
    }
    for (const std::string& number : numbers) {
        const auto found = zips.find(number);
        if (!found) throw std::invalid_argument("zip " + number + " is not on the map");
        if (zips[*found].stops.empty())
            throw std::invalid_argument("zip " + number + " has no street that vehicles can start on");
        chosen.push_back(*found);
    }
    return chosen;
}

std::vector<Vehicle> populate(World& world, const Scenario& scenario) {
    std::vector<Vehicle> vehicles;
    vehicles.reserve(scenario.vehicles());
    for (const Group& group : scenario.groups) {
        const auto places = places_of(world, zips_of(world, group));
        for (std::uint32_t i = 0; i < group.vehicles; ++i) {
            const auto number = static_cast<std::uint32_t>(vehicles.size());
            Random random = generator_for(scenario.seed, number, kPlacing);
            const Places& of_zip = places[i % places.size()];
            streets::Place at = of_zip[random.below(of_zip.size())];
            at.offset = static_cast<float>(uniform(random)) * world.network().length(at.arc);
            vehicles.emplace_back(world, group.profile, scenario, number, at);
        }
    }
    return vehicles;
}

}  // namespace dray::fleet
