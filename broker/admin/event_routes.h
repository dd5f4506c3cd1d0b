// Subscribing by HTTP, as server-sent events (WHATWG HTML section 9.2):
//
//     GET /api/v1/events?filter=order/%23&qos=1&payload_bytes_max=4096
//
//     id: 812                                              the offset, if it comes from a stream
//     data: {"topic": "order/new", "qos": 1, …}            message_json.h
//
// Any filter that SUBSCRIBE takes, also $queue/<name>, $share/<group>/<filter> and $stream/<name>/<start>; a
// client that comes back with Last-Event-ID goes on behind that offset of the stream. At QoS 1 a message is
// acknowledged when the socket has taken its event. Who does not keep up is treated like any slow subscriber.
// A comment every kCommentInterval shows that the connection lives.
#pragma once

#include "admin/context.h"
#include "admin/router.h"

namespace dray::admin {

inline constexpr std::size_t kEventStreamsMax = 32;  // at a time; more are answered with 503
inline constexpr std::chrono::seconds kCommentInterval{15};

// Both outlive the router's last call.
void add_event_routes(Router& router, const Context& context);

}  // namespace dray::admin
