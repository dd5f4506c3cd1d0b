// dray-fleet: a fleet of delivery vehicles on the streets of a city, each of them an MQTT client.
#include <fmt/core.h>

#include <csignal>
#include <exception>
#include <fstream>
#include <optional>

#include "program/conductor.h"
#include "program/dry_run.h"
#include "program/file_limit.h"
#include "program/trip_recorder.h"

namespace {

using namespace dray;

volatile std::sig_atomic_t told_to_stop = 0;

std::string title_of(const program::Options& options, const streets::City& city) {
    const fleet::Scenario& scenario = options.scenario;
    return fmt::format(
        "{}{} vehicles in {} (map data {}), seed {}, {}", scenario.name.empty() ? "" : scenario.name + ": ",
        scenario.vehicles(), city.name, city.attribution, scenario.seed,
        options.dry_run ? "without a broker"
                        : fmt::format("speed {}x, broker {}", options.speed, options.broker_url));
}

int run_dry(fleet::Fleet& fleet, const program::Options& options, const std::string& title,
            const program::ProcessFigures& before, program::TripRecorder* recorder) {
    std::signal(SIGINT, [](int) { told_to_stop = 1; });
    std::signal(SIGTERM, [](int) { told_to_stop = 1; });
    program::Status status(options.json, title);
    program::DryRun dry_run(fleet, options, before, recorder);
    status.finish(dry_run.run([&](const program::Snapshot& snapshot) {
        status.update(snapshot);
        return told_to_stop == 0;
    }));
    return program::kExitOk;
}

int run(const program::Options& options) {
    if (!options.dry_run) {
        const std::string error = program::allow_connections(options.scenario.vehicles());
        if (!error.empty()) throw std::runtime_error(error);
    }
    // Better said now than after hours.
    if (!options.trips.empty() && !std::ofstream(options.trips, std::ios::app))
        throw std::runtime_error(options.trips.string() + ": the trips cannot be written");
    const streets::City city = streets::load_city(options.map);
    const program::ProcessFigures before = program::process_figures();
    fleet::Fleet fleet(city, options.scenario);
    std::optional<program::TripRecorder> recorder;
    if (!options.trips.empty())
        recorder.emplace(fleet, [&](std::uint32_t vehicle) {
            std::string name;
            program::append_vehicle_id(name, options, vehicle);
            return name;
        });
    program::TripRecorder* const trips = recorder ? &*recorder : nullptr;
    const std::string title = title_of(options, city);

    int exit_code = program::kExitOk;
    if (options.dry_run) {
        exit_code = run_dry(fleet, options, title, before, trips);
    } else {
        link::Loop loop;
        exit_code = program::Conductor(loop, fleet, options, title, before, trips).run();
    }
    if (!recorder || exit_code != program::kExitOk) return exit_code;
    recorder->write(options.trips);
    if (recorder->truncated())
        fmt::print(stderr, "dray-fleet: {}: only the first {} positions were kept\n", options.trips.string(),
                   program::TripRecorder::kPointsMax);
    return exit_code;
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
