#include "admin/access.h"

#include <string_view>

#include "auth/crypto.h"
#include "base/web_origin.h"

namespace dray::admin {

namespace {

constexpr std::string_view kScheme = "Bearer ";

}  // namespace

std::optional<Problem> refuse_access(const std::string& token, const HttpRequest& request) {
    if (!token.empty()) {
        const std::string_view given = request.authorization;
        // The digests have one length, so that the time it takes does not tell the token's.
        if (given.starts_with(kScheme) &&
            auth::are_equal(auth::as_text(auth::sha256(given.substr(kScheme.size()))),
                            auth::as_text(auth::sha256(token)))) {
            return std::nullopt;
        }
        return Problem{401,
                       "needs the header 'Authorization: Bearer <token>' with the token of admin.token_file"};
    }
    if (!names_this_machine(request.host)) {
        return Problem{403, "without admin.token_file only names of this machine are answered, not '" +
                                request.host + "'"};
    }
    if (!request.origin.empty() && request.origin != "http://" + request.host) {
        return Problem{403, "pages of " + request.origin + " may not use this API"};
    }
    return std::nullopt;
}

}  // namespace dray::admin
