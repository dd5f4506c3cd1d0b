#include "program/scenario_commands.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

namespace dray::program {

ScenarioCommands::ScenarioCommands(std::vector<TimedCommand> commands, bool allowed, Say say)
    : commands_(std::move(commands)), allowed_(allowed), say_(std::move(say)) {
    std::stable_sort(commands_.begin(), commands_.end(),
                     [](const auto& a, const auto& b) { return a.at_s > b.at_s; });
}

void ScenarioCommands::begin(double simulated_s) {
    hear_of_ended();
    while (!commands_.empty() && commands_.back().at_s <= simulated_s) {
        const std::string line = std::move(commands_.back().line);
        commands_.pop_back();
        if (allowed_)
            start(line);
        else
            say_("the scenario's command is not run without --commands: " + line);
    }
}

void ScenarioCommands::start(const std::string& line) {
    std::string shell = "sh";
    std::string option = "-c";
    std::string text = line;
    char* const arguments[] = {shell.data(), option.data(), text.data(), nullptr};
    pid_t pid = 0;
    if (const int error = posix_spawn(&pid, "/bin/sh", nullptr, nullptr, arguments, environ); error != 0)
        return say_("the scenario's command cannot be started: " + line + ": " +
                    std::generic_category().message(error));
    running_.push_back({pid, line});
}

void ScenarioCommands::hear_of_ended() {
    std::erase_if(running_, [this](const Running& command) {
        int status = 0;
        if (waitpid(command.pid, &status, WNOHANG) == 0) return false;
        if (status != 0) {
            const auto how = WIFEXITED(status) ? "ended with " + std::to_string(WEXITSTATUS(status))
                                               : "was killed by signal " + std::to_string(WTERMSIG(status));
            say_("the scenario's command " + how + ": " + command.line);
        }
        return true;
    });
}

}  // namespace dray::program
