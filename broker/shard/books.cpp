#include "shard/books.h"

#include <algorithm>
#include <limits>

namespace dray::shard {

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
        case Discard::kUnsubscribed:
            return "unsubscribed";
        case Discard::kRefused:
            return "refused";
        case Discard::kRemoved:
            return "removed";
        case Discard::kOverflow:
            return "overflow";
        case Discard::kDamaged:
            return "damaged";
        case Discard::kNotAllowed:
            return "not allowed";
        case Discard::kCount:
            break;
    }
    return "unknown";
}

void Books::add(const Books& other) {
    matched += other.matched;
    delivered += other.delivered;
    expired += other.expired;
    dead_lettered += other.dead_lettered;
    for (std::size_t i = 0; i < discarded.size(); ++i) discarded[i] += other.discarded[i];
    held += other.held;
}

std::uint64_t Books::discarded_total() const {
    std::uint64_t total = 0;
    for (const std::uint64_t count : discarded) total += count;
    return total;
}

session::RootIndex RootBooks::root_of(std::string_view topic) {
    const std::string_view name = topic.substr(0, topic.find('/'));
    // Messages of one root often come in a row.
    const bool again = last_ != kOtherRoots && names_[static_cast<std::size_t>(last_) - 1] == name;
    return again ? last_ : last_ = root(name, roots_max_);
}

session::RootIndex RootBooks::root(std::string_view name, std::size_t roots_max) {
    const auto known = numbers_.find(name);
    if (known != numbers_.end()) return known->second;
    if (names_.size() >= roots_max) return kOtherRoots;
    const auto number = static_cast<RootIndex>(books_.size());
    names_.emplace_back(name);
    books_.emplace_back();
    numbers_.emplace(name, number);
    return number;
}

Books RootBooks::total() const {
    Books sum;
    for (const Books& each : books_) sum.add(each);
    return sum;
}

void RootBooks::add(const RootBooks& shard) {
    books_.front().add(shard.other_roots());
    // Each shard is limited, so the sum is.
    shard.for_each_root([this](std::string_view name, const Books& books) {
        (*this)[root(name, std::numeric_limits<std::uint16_t>::max())].add(books);
    });
}

}  // namespace dray::shard
