#include "services/common/event.h"

#include <chrono>
#include <random>
#include <string_view>

namespace dray::service {
namespace {

std::mt19937_64& generator() {
    thread_local std::mt19937_64 engine = [] {
        std::random_device device;
        std::seed_seq seed{device(), device(), device(), device()};
        return std::mt19937_64(seed);
    }();
    return engine;
}

std::string random_hex(std::size_t digits) {
    static constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(digits + 16);
    while (text.size() < digits) {
        auto bits = generator()();
        for (int i = 0; i < 16; ++i, bits >>= 4) text += kHex[bits & 15];
    }
    text.resize(digits);
    return text;
}

constexpr std::size_t kTraceparentSize = 55;

}  // namespace

std::int64_t now_ms() {
    using std::chrono::duration_cast;
    const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
    return duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

std::string new_uuid() {
    auto id = random_hex(32);
    id[12] = '4';
    id[16] = "89ab"[generator()() & 3];
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, 1, '-');
    return id;
}

bool is_traceparent(const std::string& text) {
    if (text.size() != kTraceparentSize || !text.starts_with("00-") || text[35] != '-' || text[52] != '-')
        return false;
    const auto is_id = [](std::string_view id) {
        return id.find_first_not_of("0123456789abcdef") == id.npos && id.find_first_not_of('0') != id.npos;
    };
    return is_id(trace_of(text)) && is_id(span_of(text));
}

std::string trace_of(const std::string& traceparent) {
    return traceparent.substr(3, 32);
}

std::string span_of(const std::string& traceparent) {
    return traceparent.substr(36, 16);
}

std::string new_span_id() {
    auto id = random_hex(16);
    id.back() = id.back() == '0' ? '1' : id.back();  // never all zero
    return id;
}

std::string span_of_event(const std::string& event_id) {
    std::string digits;
    for (const char c : event_id) {
        if (c != '-') digits += c;
    }
    if (digits.size() != 32 || digits.find_first_not_of("0123456789abcdef") != digits.npos) return {};
    return digits.substr(0, 16);
}

std::string next_traceparent(const std::string& cause, const std::string& event_id) {
    const auto event = span_of_event(event_id);
    std::string text = "00-";
    text.reserve(kTraceparentSize);
    text.append(is_traceparent(cause) ? trace_of(cause) : random_hex(32)).append("-");
    return text.append(event.empty() ? new_span_id() : event).append("-01");
}

void complete_header(EventHeader& header, const EventHeader& cause, const std::string& source) {
    if (header.event_id().empty()) header.set_event_id(new_uuid());
    if (header.order_id().empty()) header.set_order_id(cause.order_id());
    if (header.cause_id().empty()) header.set_cause_id(cause.event_id());
    if (header.traceparent().empty())
        header.set_traceparent(next_traceparent(cause.traceparent(), header.event_id()));
    if (header.occurred_at_ms() == 0) header.set_occurred_at_ms(now_ms());
    if (header.source().empty()) header.set_source(source);
}

std::vector<std::pair<std::string, std::string>> header_properties(const EventHeader& header) {
    return {{"event-id", header.event_id()},
            {"order-id", header.order_id()},
            {"cause-id", header.cause_id()},
            {"traceparent", header.traceparent()}};
}

}  // namespace dray::service
