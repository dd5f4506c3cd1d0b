// The operator's console: a page that uses the rest of this API from a browser (broker/console).
//
//     GET /                  index.html
//     GET /console/{file}    what it needs
//     GET /api/v1/access     {"needs_token": true, "is_let_in": false}: whether it has to ask for a token
//
// Anybody gets these; what the page shows needs the token (access.h). They are read at the start and served
// from memory: what is not there then does not exist, so no path leads out of the folder.
#pragma once

#include <map>
#include <string>

#include "admin/router.h"

namespace dray::admin {

struct ConsoleFile {
    std::string content_type;
    std::string body;
};
using ConsoleFiles = std::map<std::string, ConsoleFile>;  // by name

// All files of that folder. Throws std::runtime_error that names the folder if there is no index.html in it,
// and a file that cannot be read or is too large.
ConsoleFiles read_console_files(const std::string& folder);

// Without files, / says that there are none.
void add_console_routes(Router& router, ConsoleFiles files, const Operators& operators);

// The Content-Security-Policy of the page: what it may load, and that it may talk to this host only, under
// any port, because that is where the broker's WebSocket is. `host` as in the request.
std::string console_policy(std::string_view host);

}  // namespace dray::admin
