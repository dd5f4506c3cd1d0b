// A program run by a test on a terminal of its own, as a user would sit before it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace dray::test {

class Terminal {
  public:
    explicit Terminal(const std::vector<std::string>& command);
    ~Terminal();
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    void type(char key);
    // What has been written to the terminal so far, with all that moves the cursor.
    const std::string& written();
    // The exit code, once it has ended.
    std::optional<int> exit_code();

  private:
    int terminal_ = -1;
    pid_t pid_ = -1;
    std::string written_;
    std::optional<int> exit_code_;
};

}  // namespace dray::test
