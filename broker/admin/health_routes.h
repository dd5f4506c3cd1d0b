// How the broker is doing:
//
//     GET /healthz           200 as long as the process answers
//     GET /readyz            200 if every shard answers and the disk takes what it is given; else 503
//     GET /metrics           for Prometheus (metrics.h)
//     GET /api/v1/status     the same in short, as JSON
//     GET /api/v1/books      the books in total and of each topic root (shard/books.h)
#pragma once

#include "admin/context.h"
#include "admin/router.h"

namespace dray::admin {

void add_health_routes(Router& router, const Context& context);

}  // namespace dray::admin
