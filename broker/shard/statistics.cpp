#include "shard/statistics.h"

namespace dray::shard {

namespace {

// Every number once: what is listed here is reported, summed and shown.
template <typename Numbers, typename Visit>
void for_each_number(Numbers& statistics, Visit visit) {
    visit(statistics.books.matched);
    visit(statistics.books.delivered);
    visit(statistics.books.expired);
    visit(statistics.books.dead_lettered);
    for (auto& count : statistics.books.discarded) visit(count);
    visit(statistics.books.held);
    visit(statistics.bytes_received);
    visit(statistics.bytes_sent);
    visit(statistics.packets_received);
    visit(statistics.control_sent);
    visit(statistics.publish_received);
    visit(statistics.publish_sent);
    visit(statistics.publish_bytes_received);
    visit(statistics.publish_bytes_sent);
    visit(statistics.sockets_opened);
    visit(statistics.connects_received);
    visit(statistics.connects_accepted);
    visit(statistics.connects_refused);
    visit(statistics.protocol_errors);
    visit(statistics.publishes_refused);
    visit(statistics.clients_connected);
    visit(statistics.sessions);
    visit(statistics.subscriptions);
    visit(statistics.shared_subscriptions);
    visit(statistics.retained);
    visit(statistics.retained_bytes);
    visit(statistics.inflight);
    visit(statistics.queued_bytes);
    visit(statistics.clients_expired);
}

}  // namespace

std::string_view name(Discard reason) {
    switch (reason) {
        case Discard::kSlowReader:
            return "slow reader";
        case Discard::kOffline:
            return "offline";
        case Discard::kQueueFull:
            return "queue full";
        case Discard::kPacketTooLarge:
            return "packet too large";
        case Discard::kConnectionLost:
            return "connection lost";
        case Discard::kSessionEnded:
            return "session ended";
        case Discard::kNoMember:
            return "no member";
        case Discard::kRefused:
            return "refused";
        case Discard::kCount:
            break;
    }
    return "unknown";
}

std::vector<std::uint64_t> Statistics::to_numbers() const {
    std::vector<std::uint64_t> numbers;
    for_each_number(*this, [&numbers](std::uint64_t number) { numbers.push_back(number); });
    return numbers;
}

Statistics Statistics::from_numbers(const std::vector<std::uint64_t>& numbers) {
    Statistics statistics;
    std::size_t at = 0;
    for_each_number(statistics,
                    [&](std::uint64_t& number) { number = at < numbers.size() ? numbers[at++] : 0; });
    return statistics;
}

void Statistics::add(const Statistics& other) {
    const std::vector<std::uint64_t> numbers = other.to_numbers();
    std::size_t at = 0;
    for_each_number(*this, [&](std::uint64_t& number) { number += numbers[at++]; });
}

}  // namespace dray::shard
