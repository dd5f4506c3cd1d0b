// How an operator becomes an MQTT client (auth/operator_tokens.h):
//
//     POST /api/v1/client-token    {"user": "console", "token": "eyJ…", "expires_in_s": 3600}
//                                  409 without admin.client_user
#pragma once

#include "admin/context.h"
#include "admin/router.h"

namespace dray::admin {

void add_client_token_routes(Router& router, const Context& context);

}  // namespace dray::admin
