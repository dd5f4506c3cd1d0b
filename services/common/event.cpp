#include "services/common/event.h"

#include <chrono>
#include <random>

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
    for (const std::size_t at : {8U, 13U, 18U, 23U}) id.insert(at, "-");
    return id;
}

std::string next_traceparent(const std::string& cause) {
    const bool usable = cause.size() == kTraceparentSize && cause.starts_with("00-") && cause[35] == '-';
    return "00-" + (usable ? cause.substr(3, 32) : random_hex(32)) + "-" + random_hex(16) + "-01";
}

void complete_header(EventHeader& header, const EventHeader& cause, const std::string& source) {
    if (header.event_id().empty()) header.set_event_id(new_uuid());
    if (header.order_id().empty()) header.set_order_id(cause.order_id());
    if (header.cause_id().empty()) header.set_cause_id(cause.event_id());
    if (header.traceparent().empty()) header.set_traceparent(next_traceparent(cause.traceparent()));
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
