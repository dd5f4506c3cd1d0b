// Reads a scenario from a TOML file; see vehicle-sim/scenarios for worked examples and the README for all
// keys.
#pragma once

#include <filesystem>
#include <optional>

#include "fleet/scenario.h"
#include "program/scenario_commands.h"

namespace dray::program {

struct ScenarioFile {
    fleet::Scenario scenario{};
    std::vector<TimedCommand> commands{};
    // What the command line may also say, and then overrules.
    std::optional<std::filesystem::path> map{};
    std::optional<double> speed{};
    std::optional<double> duration_s{};
    std::optional<std::uint32_t> ramp_per_s{};
};

// Throws std::runtime_error that names the file, line and column, the key, and what is wrong with it.
ScenarioFile read_scenario(const std::filesystem::path& path);

}  // namespace dray::program
