#include "admin/client_token_routes.h"

#include "admin/json_response.h"
#include "reactor/clock.h"

namespace dray::admin {

namespace {

using auth::OperatorTokens;

void give_token(const Context& context, const std::shared_ptr<Call>& call) {
    if (context.operators == nullptr) {
        return call->respond(
            to_response({409, "admin.client_user names nobody as whom operators may be clients"}));
    }
    call->respond(json_response({{"user", context.operators->user()},
                                 {"token", context.operators->sign(context.clock.now())},
                                 {"expires_in_s", OperatorTokens::kLifetime.count()}}));
}

}  // namespace

void add_client_token_routes(Router& router, const Context& context) {
    router.add("POST", "/api/v1/client-token",
               [&context](const std::shared_ptr<Call>& call) { give_token(context, call); });
}

}  // namespace dray::admin
