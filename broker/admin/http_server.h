// A small HTTP/1.1 server on Boost.Beast, which this header keeps to itself: TCP or a Unix domain, plain, for
// few connections. On the thread of its loop.
//
// Limits: kHttpBodyBytesMax a request (413 beyond it), kHttpIdleMax of silence, kHttpConnectionsMax at a time
// (more are closed at once).
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>

#include "admin/event_loop.h"
#include "admin/http_message.h"
#include "reactor/file_descriptor.h"

namespace dray::admin {

using HttpHandler = std::function<void(HttpRequest, Respond)>;

inline constexpr std::size_t kHttpBodyBytesMax = 1024 * 1024;
inline constexpr std::size_t kHttpConnectionsMax = 64;
inline constexpr std::chrono::seconds kHttpIdleMax{30};

// `listening` is bound and listens; it is served for as long as the loop exists.
void serve_http(EventLoop& loop, reactor::FileDescriptor listening, HttpHandler handler);

}  // namespace dray::admin
