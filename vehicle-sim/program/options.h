// What the command line says, with what the scenario file says where the command line does not.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "fleet/scenario.h"
#include "link/links.h"
#include "program/scenario_commands.h"

namespace dray::program {

constexpr std::uint32_t kVehiclesMax = 10'000'000;
constexpr std::uint32_t kRampMax = 100'000;
constexpr double kSpeedMax = 1000;

struct Options {
    fleet::Scenario scenario{};
    std::vector<TimedCommand> commands{};  // of the scenario; run only if
    bool commands_allowed = false;
    link::LinkOptions links{};
    std::string broker_url{};  // as given but without a password, for messages
    double speed = 1;          // simulated seconds a real second
    std::filesystem::path map{};
    std::string prefix = "v";
    std::uint32_t first = 1;  // number of the first vehicle
    double duration_s = 0;    // 0: until stopped; of a dry run, simulated seconds
    bool clean_session = false;
    bool json = false;
    bool dry_run = false;
    std::filesystem::path trips{};  // where trips are written to; empty: nowhere
};

// Appends the id of a vehicle: v0001.
void append_vehicle_id(std::string& text, const Options& options, std::uint32_t vehicle);

// Exit codes, also in --help.
constexpr int kExitOk = 0;
constexpr int kExitCannotStart = 1;
constexpr int kExitUsage = 2;

// The options, or the exit code after help or an error has been printed.
struct Parsed {
    std::optional<Options> options;
    int exit_code = kExitOk;
};
Parsed parse_options(int argc, const char* const* argv);

// mqtt://[USER[:PASSWORD]@]HOST[:PORT]; HOST may be an IPv6 address in brackets. Throws std::invalid_argument
// that says what is wrong.
link::Broker parse_broker_url(const std::string& url);

}  // namespace dray::program
