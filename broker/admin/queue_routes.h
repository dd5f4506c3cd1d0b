// Queues and dead letters: /api/v1/queues as named_routes.h says (DELETE: 409 while it has consumers), and
//
//     GET     /api/v1/queues/{name}/messages      peeks: ?count=10&after=POSITION&payload_bytes_max=4096
//     DELETE  /api/v1/queues/{name}/messages      purges; what consumers have stays
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "admin/context.h"
#include "admin/router.h"
#include "shard/queue_requests.h"

namespace dray::admin {

// All of all shards, by name; nothing if a shard does not answer in time.
void list_queues(const Context& context,
                 std::function<void(std::optional<std::vector<shard::QueueInfo>>)> then);

void add_queue_routes(Router& router, const Context& context);

}  // namespace dray::admin
