// Publishing by HTTP:
//
//     POST /api/v1/publish   {"topic": "order/new", "payload": "…" or "payload_base64": "…", "qos": 0, 1 (if
//     not said) or 2,
//                             "retain": false, "expiry_s": 60, "content_type": "…", "response_topic": "…",
//                             "correlation_data_base64": "…", "user": [["name", "value"], …]}
//       200 {"topic": "order/new", "has_takers": true}     once the broker has acknowledged it
//       403, 400, 413, 503                                 what it was refused for
//
// With an Idempotency-Key the same request twice publishes once (idempotency_keys.h).
#pragma once

#include "admin/context.h"
#include "admin/idempotency_keys.h"
#include "admin/router.h"

namespace dray::admin {

// All outlive the router's last call.
void add_publish_routes(Router& router, const Context& context, IdempotencyKeys& keys);

}  // namespace dray::admin
