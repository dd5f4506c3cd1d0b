#include "terminal.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <stdexcept>

namespace dray::test {

Terminal::Terminal(const std::vector<std::string>& command) {
    std::vector<char*> arguments;
    arguments.reserve(command.size() + 1);
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    pid_ = forkpty(&terminal_, nullptr, nullptr, nullptr);
    if (pid_ < 0) throw std::runtime_error("there is no terminal to be had");
    if (pid_ == 0) {
        execvp(arguments[0], arguments.data());
        _exit(127);
    }
    fcntl(terminal_, F_SETFL, fcntl(terminal_, F_GETFL) | O_NONBLOCK);
}

Terminal::~Terminal() {
    if (!exit_code()) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(terminal_);
}

void Terminal::type(char key) {
    if (write(terminal_, &key, 1) != 1) throw std::runtime_error("the terminal takes no key");
}

const std::string& Terminal::written() {
    std::array<char, 4096> part{};
    for (;;) {
        const auto count = read(terminal_, part.data(), part.size());
        if (count <= 0) return written_;
        written_.append(part.data(), static_cast<std::size_t>(count));
    }
}

std::optional<int> Terminal::exit_code() {
    int status = 0;
    if (!exit_code_ && waitpid(pid_, &status, WNOHANG) == pid_)
        exit_code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return exit_code_;
}

}  // namespace dray::test
