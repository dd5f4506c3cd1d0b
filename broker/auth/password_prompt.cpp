#include "auth/password_prompt.h"

#include <termios.h>
#include <unistd.h>

#include <iostream>

namespace dray::auth {

namespace {

// While it lives, what is typed is not shown.
class NoEcho {
  public:
    NoEcho() {
        is_terminal_ = ::tcgetattr(STDIN_FILENO, &before_) == 0;
        if (!is_terminal_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    ~NoEcho() {
        if (is_terminal_) ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    bool is_terminal() const { return is_terminal_; }

  private:
    termios before_{};
    bool is_terminal_ = false;
};

std::string ask(const NoEcho& input, const char* question) {
    if (input.is_terminal()) std::cerr << question << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    if (input.is_terminal()) std::cerr << '\n';
    return answer;
}

}  // namespace

Result<std::string, PromptError> ask_for_password() {
    const NoEcho input;
    std::string password = ask(input, "Password: ");
    if (input.is_terminal() && ask(input, "Again: ") != password)
        return PromptError{"that was another password than before"};
    if (password.empty()) return PromptError{"the password is empty"};
    return password;
}

}  // namespace dray::auth
