// What every event carries besides what it says: see proto/dray/v1/event.proto.
//
//   traceparent, W3C Trace Context:  00-<32 hex: the story>-<16 hex: this event>-01
// An event that answers another one keeps the story and gets a new last part: the first 16 digits of its
// event id. So cause_id says whose answer it is in the terms of a trace, too (spans.h).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "dray/v1/event.pb.h"

namespace dray::service {

using v1::EventHeader;

// Unix time in milliseconds.
std::int64_t now_ms();

// A random (version 4) UUID.
std::string new_uuid();

bool is_traceparent(const std::string& text);
std::string trace_of(const std::string& traceparent);  // its 32 digits
std::string span_of(const std::string& traceparent);   // its 16 digits
std::string new_span_id();
// What stands for an event in a trace; empty: that is no event id.
std::string span_of_event(const std::string& event_id);

// Continues the story of `cause`; an empty or malformed one starts a new story. An `event_id` that is no UUID
// is given some other last part.
std::string next_traceparent(const std::string& cause, const std::string& event_id);

// Fills what `header` does not say yet. `cause` may be a default-constructed header: the start of a story.
void complete_header(EventHeader& header, const EventHeader& cause, const std::string& source);

// As user properties of a message, for whoever does not read protobuf.
std::vector<std::pair<std::string, std::string>> header_properties(const EventHeader& header);

}  // namespace dray::service
