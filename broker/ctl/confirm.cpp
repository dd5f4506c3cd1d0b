#include "ctl/confirm.h"

#include <unistd.h>

#include <iostream>

#include "ctl/failure.h"

namespace dray::ctl {

bool confirm(const std::string& question, bool yes) {
    if (yes) return true;
    if (::isatty(STDIN_FILENO) == 0) throw Failure(ExitCode::kUsage, question + " Give --yes to do it.");
    std::cerr << question << " [y/N] " << std::flush;
    std::string answer;
    std::getline(std::cin, answer);
    return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace dray::ctl
