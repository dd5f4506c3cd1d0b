// Spans as OTLP/HTTP JSON, what POST /v1/traces of a collector takes (opentelemetry-proto 1.x,
// ExportTraceServiceRequest): ids are lower-case hex, 64-bit numbers are strings.
//
// Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "services/common/spans.h"

namespace dray::service {

// `instance` is what service.instance.id says of the spans of `service`; those of others have none.
std::string to_otlp_json(const std::vector<Span>& spans, const std::string& service,
                         const std::string& instance);

// Of the answer, how many spans the collector did not want; what is no such answer says 0.
std::uint64_t rejected_spans(const std::string& answer);

}  // namespace dray::service
