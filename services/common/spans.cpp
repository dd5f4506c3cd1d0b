#include "services/common/spans.h"

#include <chrono>

namespace dray::service {
namespace {

std::int64_t now_ns() {
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::nanoseconds>(since_epoch).count();
}

bool is_of_order(const EventHeader& event) {
    return !event.order_id().empty() && is_traceparent(event.traceparent());
}

bool is_of_vehicle(const std::string& topic) {
    return topic.starts_with("vehicle/") || topic.starts_with("order/bid/");
}

}  // namespace

Span SpanBook::make(const EventHeader& event, const std::string& topic) const {
    Span span;
    span.trace_id = trace_of(event.traceparent());
    span.service = service_;
    span.attributes = {{"dray.order_id", event.order_id()},
                       {"messaging.system", "mqtt"},
                       {"messaging.destination.name", topic},
                       {"messaging.message.id", event.event_id()}};
    return span;
}

void SpanBook::begin(const EventHeader& event, const std::string& type, const std::string& topic) {
    handling_.reset();
    if (is_of_order(event)) handling_ = Handling{event, type, topic, now_ns(), {}};
}

void SpanBook::is_worth_it() {
    if (!handling_ || !handling_->span_id.empty()) return;
    const Handling& handling = *handling_;
    handling_->span_id = new_span_id();
    const std::string event_span = span_of(handling.event.traceparent());
    if (is_of_vehicle(handling.topic) && known_.insert(event_span).second) {
        Span said = make(handling.event, handling.topic);
        said.span_id = event_span;
        said.parent_id = span_of_event(handling.event.cause_id());
        said.service = handling.event.source();
        said.name = handling.type;
        said.start_ns = said.end_ns = handling.event.occurred_at_ms() * 1'000'000;
        said.attributes.emplace_back("messaging.operation.type", "send");
        spans_.push_back(std::move(said));
    }
    Span span = make(handling.event, handling.topic);
    span.span_id = handling.span_id;
    span.parent_id = event_span;
    span.name = "handle " + handling.type;
    span.kind = Span::Kind::kConsumer;
    span.start_ns = handling.start_ns;
    span.attributes.emplace_back("messaging.operation.type", "process");
    spans_.push_back(std::move(span));
}

void SpanBook::end() {
    handling_.reset();
}

std::string SpanBook::parent_of(const EventHeader& event) const {
    const bool is_answer = handling_ && handling_->event.event_id() == event.cause_id();
    return is_answer ? handling_->span_id : span_of_event(event.cause_id());
}

void SpanBook::published(const EventHeader& event, const std::string& type, const std::string& topic) {
    is_worth_it();
    const std::string id = is_of_order(event) ? span_of(event.traceparent()) : std::string();
    if (id.empty() || !known_.insert(id).second) return;
    Span span = make(event, topic);
    span.span_id = id;
    span.parent_id = parent_of(event);
    span.name = type;
    span.start_ns = now_ns();
    span.attributes.emplace_back("messaging.operation.type", "send");
    spans_.push_back(std::move(span));
}

std::vector<Span> SpanBook::committed() {
    const std::int64_t now = now_ns();
    for (Span& span : spans_) {
        if (span.end_ns == 0) span.end_ns = now;
    }
    auto spans = std::move(spans_);
    rolled_back();
    return spans;
}

void SpanBook::rolled_back() {
    handling_.reset();
    spans_.clear();
    known_.clear();
}

}  // namespace dray::service
