#include "admin/access.h"

#include <string_view>

#include "base/web_origin.h"

namespace dray::admin {

namespace {

constexpr std::string_view kScheme = "Bearer ";

}  // namespace

Admission admit(const Operators& operators, const HttpRequest& request) {
    if (!operators.are_all()) {
        const std::string_view given = request.authorization;
        const Operator* who =
            given.starts_with(kScheme) ? operators.find(given.substr(kScheme.size())) : nullptr;
        if (who != nullptr) return {who->name, who->role, std::nullopt};
        return {{},
                Role::kRead,
                Problem{401,
                        "needs the header 'Authorization: Bearer <token>' with the token of admin.token_file "
                        "or one of admin.operators_file"}};
    }
    if (!names_this_machine(request.host)) {
        return {{},
                Role::kRead,
                Problem{403, "without admin.token_file only names of this machine are answered, not '" +
                                 request.host + "'"}};
    }
    if (!request.origin.empty() && request.origin != "http://" + request.host) {
        return {{}, Role::kRead, Problem{403, "pages of " + request.origin + " may not use this API"}};
    }
    return {{}, Role::kOperate, std::nullopt};
}

std::optional<Problem> refuse_role(const Admission& admission, Role needed) {
    if (admission.role >= needed) return std::nullopt;
    return Problem{403, "needs the role '" + std::string(name(needed)) + "', and '" + admission.who +
                            "' has '" + std::string(name(admission.role)) + "'"};
}

}  // namespace dray::admin
