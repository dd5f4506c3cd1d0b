// What is published to which topics, and what is retained there:
//
//     GET /api/v1/topics      ?under=a/b&count=200   of the topics one level below (without: the first
//     levels)
//                             those with the most messages, counted while somebody asks
//                             (shard/topic_counts.h)
//     GET /api/v1/retained    ?filter=%23&count=100&payload_bytes_max=256   in no order; "is_all": false if
//                             there are more, or if looking through them takes too long: a narrower filter
//                             helps
#pragma once

#include "admin/context.h"
#include "admin/router.h"

namespace dray::admin {

void add_topic_routes(Router& router, const Context& context);

}  // namespace dray::admin
