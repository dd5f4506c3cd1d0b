// Who may use the admin API.
//
//     with tokens      whoever sends "Authorization: Bearer <token>", as far as his role goes (operators.h)
//     without one      whoever reaches it, which the configuration allows on addresses of this machine only.
//                      A page in a browser on this machine reaches it, too: what comes from a page of another
//                      origin, or by a name that is not this machine's (DNS rebinding), is refused.
//
// Pure.
#pragma once

#include <optional>
#include <string>

#include "admin/http_message.h"
#include "admin/operators.h"
#include "admin/problem.h"

namespace dray::admin {

struct Admission {
    std::string who = {};  // for the log: the name that goes with the token; "" where none is needed
    Role role = Role::kOperate;
    std::optional<Problem> refusal = {};  // who and role mean nothing then
};
Admission admit(const Operators& operators, const HttpRequest& request);

// Nothing: that role is enough.
std::optional<Problem> refuse_role(const Admission& admission, Role needed);

}  // namespace dray::admin
