// Sessions, their clients and subscriptions:
//
//     GET     /api/v1/sessions                             ?state=any|connected|away|behind&part=TEXT
//     GET     /api/v1/sessions/{client_id}
//     DELETE  /api/v1/sessions/{client_id}                 closes the connection and forgets what waits
//     DELETE  /api/v1/sessions/{client_id}/connection      closes the connection only; 404 if there is none
//     GET     /api/v1/sessions/{client_id}/subscriptions   ?part=TEXT
//     GET     /api/v1/subscriptions                        ?part=TEXT
//
// Lists come in pages of ?count=100; the answer's "next", unless it is null, is ?after= of the next page. A
// page may have fewer, or none, and still not be the last: a search looks at a bounded number of sessions.
#pragma once

#include "admin/context.h"
#include "admin/router.h"

namespace dray::admin {

void add_session_routes(Router& router, const Context& context);

}  // namespace dray::admin
