// The command line of drayd: which sources the configuration has, and what is to be done with it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dray::app {

struct CommandLine {
    enum class Action : std::uint8_t { kRun, kCheckConfig, kPrintConfig, kHashPassword, kExit };
    Action action = Action::kRun;
    int exit_code = 0;  // of kExit: help was shown, or the command line is wrong (which has been said)
    std::string config_file;
    std::string user;  // of kHashPassword

    // In the order of the command line. `key` is empty for --set, whose text is KEY=VALUE.
    struct Setting {
        std::string option;
        std::string key;
        std::string text;
    };
    std::vector<Setting> settings;
};

CommandLine parse_command_line(int count, const char* const* arguments, const char* version);

}  // namespace dray::app
