// A program run by a test: its output is kept, and it never outlives the test.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <vector>

namespace dray::test {

// Asks the condition again and again until it holds or the time is over; returns whether it holds.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(60));

void short_pause();

class ChildProcess {
  public:
    explicit ChildProcess(const std::vector<std::string>& command);
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    void signal(int number);
    // The exit code, once it has ended; 128 + n when signal n ended it.
    std::optional<int> exit_code();
    int wait(std::chrono::milliseconds limit = std::chrono::seconds(60));
    // Standard output and error so far.
    std::string output() const;

  private:
    pid_t pid_ = -1;
    std::string log_;
    std::optional<int> exit_code_;
};

// mosquitto on a free port of loopback, with nothing kept on disk.
class Mosquitto {
  public:
    explicit Mosquitto(const std::string& more_config = "allow_anonymous true\n");
    int port() const { return port_; }
    // What it has logged so far.
    std::string output() const { return process_->output(); }
    void stop();
    void start();

  private:
    std::string config_;
    int port_ = 0;
    std::optional<ChildProcess> process_;
};

template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    for (;;) {
        if (condition()) return true;
        if (std::chrono::steady_clock::now() > deadline) return false;
        short_pause();
    }
}

}  // namespace dray::test
