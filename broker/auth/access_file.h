// Access rules as mosquitto's acl_file writes them:
//
//     topic [read|write|readwrite|deny] <filter>      of the user above it; before the first user: of clients
//                                                     that have not proven who they are
//     user <name>
//     pattern [read|write|readwrite|deny] <filter>    of everybody, wherever it stands
//
// Without a word in between it is readwrite; "deny" is both. Filters may have the variables of access_role.h,
// in both kinds of line. Empty lines and lines that begin with # mean nothing. Unlike mosquitto, a SUBSCRIBE
// to more than may be read is refused. This room reads text; whoever owns the file reads it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "auth/access_role.h"
#include "base/result.h"

namespace dray::auth {

struct AccessFileError {
    std::string what;  // "FILE:LINE: what is wrong"
};

// `name` is that of the file, for the error.
Result<std::vector<AccessRole>, AccessFileError> parse_access_file(std::string_view text,
                                                                   const std::string& name);

}  // namespace dray::auth
