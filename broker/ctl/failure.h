// How a command of drayctl ends when it cannot do what it was asked; main() prints it.
#pragma once

#include <stdexcept>
#include <string>

namespace dray::ctl {

// 0 is success; 2 is a command line that makes no sense.
enum class ExitCode : int { kRefused = 1, kUsage = 2, kUnreachable = 3 };

class Failure : public std::runtime_error {
  public:
    Failure(ExitCode code, const std::string& what) : std::runtime_error(what), code_(code) {}
    ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

}  // namespace dray::ctl
