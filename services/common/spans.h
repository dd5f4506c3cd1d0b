// What was done for an order, as spans of OpenTelemetry. Events tie them together: the span of an event has
// the first 16 hex digits of its event id (event.h), so whoever has a header knows the span of its cause,
// too.
//
//     OrderPlaced            published by dray-store            no parent: the trace begins
//     └ handle OrderPlaced   by dray-inventory
//       └ OrderReserved      published by dray-inventory
//         ├ handle OrderReserved by dray-billing  └ …
//
//   - a span for each event that is published and belongs to an order
//   - a span for each one that a handler has handled for the first time; of those that come in great numbers
//     (Service::on_each), where it went on to publish something
//   - vehicles tell no collector of theirs: whoever handles what one said tells it for it
//
// On the service's thread. What was rolled back was never done.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "services/common/event.h"

namespace dray::service {

struct Span {
    enum class Kind : std::uint8_t { kProducer = 4, kConsumer = 5 };  // as OTLP numbers them
    std::string trace_id;                                             // 32 lower-case hex digits
    std::string span_id;                                              // 16
    std::string parent_id;                                            // 16, or empty: the root
    std::string service;
    std::string name;
    Kind kind = Kind::kProducer;
    std::int64_t start_ns = 0;  // Unix time
    std::int64_t end_ns = 0;
    std::vector<std::pair<std::string, std::string>> attributes;
};

class SpanBook {
  public:
    explicit SpanBook(std::string service) : service_(std::move(service)) {}

    // What follows is done because of this event. It becomes a span when `is_worth_it`, or when it publishes.
    void begin(const EventHeader& event, const std::string& type, const std::string& topic);
    void is_worth_it();
    void end();

    void published(const EventHeader& event, const std::string& type, const std::string& topic);

    // All since the last one, at their end.
    std::vector<Span> committed();
    void rolled_back();

  private:
    struct Handling {
        EventHeader event;
        std::string type;
        std::string topic;
        std::int64_t start_ns = 0;
        std::string span_id;  // empty: not worth a span yet
    };
    Span make(const EventHeader& event, const std::string& topic) const;
    std::string parent_of(const EventHeader& event) const;

    std::string service_;
    std::optional<Handling> handling_;
    std::vector<Span> spans_;
    std::set<std::string> known_;  // ids of spans_: an event may be said to several topics
};

}  // namespace dray::service
