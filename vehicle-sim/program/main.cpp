// dray-fleet: a fleet of delivery vehicles on the streets of a city, each of them an MQTT client.
#include <fmt/core.h>

#include <csignal>
#include <exception>

#include "program/conductor.h"
#include "program/file_limit.h"

namespace {

using namespace dray;

int run(const program::Options& options) {
    if (const std::string error = program::allow_connections(options.vehicles); !error.empty())
        throw std::runtime_error(error);
    const streets::City city = streets::load_city(options.map);
    const auto zips = fleet::choose_zips(city.zips, options.zips);
    link::Loop loop;
    program::Conductor conductor(loop, city, zips, options);
    if (!options.json)
        fmt::print("{} vehicles in {} zips of {} (map data {}), seed {}, speed {}x, broker {}\n",
                   options.vehicles, zips.size(), city.name, city.attribution, options.seed, options.speed,
                   options.broker_url);
    return conductor.run();
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // a closed connection is an error code, not the end
    program::silence_protobuf_log();
    const auto [options, exit_code] = program::parse_options(argc, argv);
    if (!options) return exit_code;
    try {
        return run(*options);
    } catch (const std::exception& error) {
        fmt::print(stderr, "dray-fleet: {}\n", error.what());
        return program::kExitCannotStart;
    }
}
