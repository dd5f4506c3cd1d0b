// The subscribers of one filter, each session once. Most filters have one: it stands in the list itself, and
// the list is 24 bytes. More of them stand side by side with an index by session, so that the ten-thousandth
// comes and goes as cheaply as the first.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mqtt/packet.h"
#include "topics/flat_index.h"

namespace dray::topics {

using SessionIndex = std::uint32_t;  // the shard's own number for a session; not 0xffffffff
inline constexpr SessionIndex kNoSession = 0xffffffff;

struct Subscriber {
    SessionIndex session = kNoSession;
    std::uint32_t subscription_id = 0;  // 0 = none
    mqtt::SubscriptionOptions options{};

    friend bool operator==(const Subscriber&, const Subscriber&) = default;
};

class SubscriberList {
  public:
    std::span<const Subscriber> view() const {
        if (many_) return many_->subscribers;
        return {&one_, one_.session == kNoSession ? 0U : 1U};
    }
    bool empty() const { return !many_ && one_.session == kNoSession; }

    // Adds the subscriber or replaces what its session had. Whether it is new.
    bool put(const Subscriber& subscriber);
    // Whether it was there.
    bool remove(SessionIndex session);
    // nullptr where it is not.
    const Subscriber* find(SessionIndex session) const;

    // Beyond the list itself.
    std::size_t memory_bytes() const;

  private:
    struct Many {
        std::vector<Subscriber> subscribers;
        FlatIndex positions;  // by hash of the session

        std::uint32_t position(SessionIndex session) const;
        void add(const Subscriber& subscriber);
        void remove_at(std::uint32_t position);
    };

    Subscriber one_;              // unless many_
    std::unique_ptr<Many> many_;  // two or more
};

}  // namespace dray::topics
