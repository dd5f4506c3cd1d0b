// The configuration over HTTP: what would change?
//
//     POST /api/v1/config/diff   {"file": "/etc/dray/drayd.toml"}    keys, listeners, and clients that lose
//     access
#pragma once

#include "admin/context.h"
#include "admin/reload_plan.h"
#include "admin/router.h"

namespace dray::admin {

void add_config_routes(Router& router, const Context& context, PlanReload plan);

}  // namespace dray::admin
