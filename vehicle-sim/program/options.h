// What the command line says.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "link/links.h"

namespace dray::program {

struct Options {
    link::Broker broker{};
    std::string broker_url{};  // as given but without a password, for messages
    std::uint32_t vehicles = 200;
    std::uint64_t seed = 1;
    double speed = 1;  // simulated seconds a real second
    std::filesystem::path map{};
    std::vector<std::string> zips{};
    std::uint32_t ramp = 500;  // new connections a second
    std::string prefix = "v";
    std::uint32_t first = 1;  // number of the first vehicle
    double duration_s = 0;    // 0: until stopped
    bool clean_session = false;
    bool json = false;
};

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
