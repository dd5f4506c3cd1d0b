// Asks for a new password: at a terminal, which does not show it, twice; else the first line of standard
// input.
#pragma once

#include <string>

#include "base/result.h"

namespace dray::auth {

struct PromptError {
    const char* what = "";
};

Result<std::string, PromptError> ask_for_password();

}  // namespace dray::auth
