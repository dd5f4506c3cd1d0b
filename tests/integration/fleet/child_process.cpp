#include "child_process.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "harness/free_port.h"

namespace dray::test {
namespace {

std::string temporary_file(const std::string& name) {
    std::string path = (std::filesystem::temp_directory_path() / (name + "-XXXXXX")).string();
    const int file = mkstemp(path.data());
    if (file < 0) throw std::runtime_error("no temporary file");
    close(file);
    return path;
}

}  // namespace

void short_pause() {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
}

ChildProcess::ChildProcess(const std::vector<std::string>& command) : log_(temporary_file("dray-child")) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = fork();
    if (pid_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int log = open(log_.c_str(), O_WRONLY | O_APPEND);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execvp(arguments[0], arguments.data());
    _exit(127);
}

ChildProcess::~ChildProcess() {
    if (!exit_code()) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    unlink(log_.c_str());
}

void ChildProcess::signal(int number) {
    if (!exit_code()) kill(pid_, number);
}

std::optional<int> ChildProcess::exit_code() {
    int status = 0;
    if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_)
        exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

int ChildProcess::wait(std::chrono::milliseconds limit) {
    if (!eventually([this] { return exit_code().has_value(); }, limit)) return -1;
    return *exit_code_;
}

std::string ChildProcess::output() const {
    std::ostringstream text;
    text << std::ifstream(log_).rdbuf();
    return text.str();
}

Mosquitto::Mosquitto(const std::string& more_config) : config_(more_config) {
    start();
}

void Mosquitto::start() {
    // Another program may take a port between our looking for one and mosquitto's binding it.
    const bool keep_port = port_ != 0;
    for (int attempt = 0; attempt < 20; ++attempt) {
        if (!keep_port) port_ = conformance::free_port();
        const std::string path = temporary_file("dray-mosquitto");
        std::ofstream(path) << "listener " << port_ << " 127.0.0.1\n" << config_;
        process_.emplace(std::vector<std::string>{"mosquitto", "-c", path});
        // Said once the port is its own: a mosquitto of another test would accept on it too.
        const auto runs = [&] { return process_->output().find(" running\n") != std::string::npos; };
        const bool up = eventually([&] { return process_->exit_code() || runs(); });
        unlink(path.c_str());
        if (up && !process_->exit_code()) return;
        process_.reset();
    }
    throw std::runtime_error("mosquitto does not start");
}

void Mosquitto::stop() {
    process_->signal(SIGKILL);
    process_->wait();
    process_.reset();
}

}  // namespace dray::test
