// The broker's numbers for Prometheus: text exposition format 0.0.4.
//
//     # HELP dray_messages_held Messages that wait for a taker
//     # TYPE dray_messages_held gauge
//     dray_messages_held{root="order"} 17
//
// Labels are bounded: reasons, queues and streams that an operator declared, his bridges, the topic roots
// that have books of their own. Pure.
#pragma once

#include <string>

#include "admin/overview.h"

namespace dray::admin {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

std::string metrics(const Overview& overview);

}  // namespace dray::admin
