// What a scenario has the shell do at a time of its line, for what no fleet can do by itself: the real broker
// is killed, a cable is pulled. Nobody waits for a command; one that fails is named. None is run unless the
// user has said so: a scenario may be somebody else's.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace dray::program {

struct TimedCommand {
    double at_s = 0;  // simulated, since the start
    std::string line{};
};

class ScenarioCommands {
  public:
    using Say = std::function<void(const std::string&)>;
    ScenarioCommands(std::vector<TimedCommand> commands, bool allowed, Say say);

    // Time goes on: starts what is due, and hears of what has ended.
    void begin(double simulated_s);

  private:
    struct Running {
        pid_t pid;
        std::string line;
    };
    void start(const std::string& line);
    void hear_of_ended();

    std::vector<TimedCommand> commands_;  // the latest first
    bool allowed_;
    Say say_;
    std::vector<Running> running_;
};

}  // namespace dray::program
