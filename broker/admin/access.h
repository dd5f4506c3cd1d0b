// Who may use the admin API.
//
//     with a token     whoever sends "Authorization: Bearer <token>"
//     without one      whoever reaches it, which the configuration allows on addresses of this machine only.
//                      A page in a browser on this machine reaches it, too: what comes from a page of another
//                      origin, or by a name that is not this machine's (DNS rebinding), is refused.
//
// Pure.
#pragma once

#include <optional>
#include <string>

#include "admin/http_message.h"
#include "admin/problem.h"

namespace dray::admin {

// `token` is empty if none is needed.
std::optional<Problem> refuse_access(const std::string& token, const HttpRequest& request);

}  // namespace dray::admin
