// Asks before something is thrown away.
#pragma once

#include <string>

namespace dray::ctl {

// True if `yes` was given on the command line, or is typed. Where nobody can be asked, throws Failure that
// says to give --yes.
bool confirm(const std::string& question, bool yes);

}  // namespace dray::ctl
