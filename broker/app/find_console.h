// Where the files of the operator's console are (admin/console_files.h).
#pragma once

#include <string>

#include "admin/console_files.h"

namespace dray::app {

// Of `folder`, which must have them: throws std::runtime_error if not. "": of ../share/dray/console from the
// program's own folder, where both an installation and a build have it; none, if there is nothing.
admin::ConsoleFiles find_console(const std::string& folder);

}  // namespace dray::app
