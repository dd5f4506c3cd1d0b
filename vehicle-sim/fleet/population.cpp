#include "fleet/population.h"

#include <stdexcept>

#include "fleet/chance.h"

namespace dray::fleet {

using streets::ZipId;

namespace {

constexpr std::uint64_t kPlacing = 3;

}  // namespace

std::vector<ZipId> choose_zips(const streets::ZipMap& zips, const std::vector<std::string>& numbers) {
    if (numbers.empty()) return zips.leads();
    std::vector<ZipId> chosen;
    for (const std::string& number : numbers) {
        const auto found = zips.find(number);
        if (!found) throw std::invalid_argument("zip " + number + " is not on the map");
        if (zips[*found].stops.empty())
            throw std::invalid_argument("zip " + number + " has no street that vehicles can start on");
        chosen.push_back(*found);
    }
    return chosen;
}

std::vector<Vehicle> populate(World& world, const std::vector<ZipId>& zips, std::uint32_t count,
                              std::uint64_t seed) {
    std::vector<std::vector<streets::Place>> stops(zips.size());
    for (std::size_t i = 0; i < zips.size(); ++i)
        for (const streets::Point stop : world.zips()[zips[i]].stops)
            stops[i].push_back(world.place_near(stop));
    std::vector<Vehicle> vehicles;
    vehicles.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        Random random = generator_for(seed, i, kPlacing);
        const auto& of_zip = stops[i % zips.size()];
        streets::Place at = of_zip[random.below(of_zip.size())];
        at.offset = static_cast<float>(uniform(random)) * world.network().length(at.arc);
        vehicles.emplace_back(world, seed, i, at);
    }
    return vehicles;
}

}  // namespace dray::fleet
