// The books: no message disappears without being counted. Every (message, taker) pair that matched ends in
// one place,
//
//     matched = delivered + expired + dead-lettered + discarded[by reason] + held
//
// and each operation below moves a pair from one place to another, so the books balance at any moment, for
// each topic root and in total. held is what waits now: in windows, queues, groups and (QoS 0) outboxes;
// audit.h counts it by looking.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "session/message.h"

namespace dray::shard {

enum class Discard : std::uint8_t {
    kSlowReader,      // QoS 0 to a client that does not read fast enough
    kOffline,         // QoS 0 to a client that is not connected
    kQueueFull,       // QoS 1 and 2 beyond a limit of the queue
    kPacketTooLarge,  // over the client's Maximum Packet Size [MQTT-5.0 3.1.2-25]
    kConnectionLost,  // QoS 0 that was on its way when the connection broke
    kSessionEnded,    // held for a session that is no more
    kNoMember,        // a shared subscription without any member that could take it
    kUnsubscribed,    // waited for a subscription that the client has ended
    kRefused,         // the client answered with a reason code of failure
    kRemoved,         // with the queue that held it, or the stream that it was to go to
    kOverflow,        // more than a named queue may hold
    kDamaged,         // its record cannot be read or understood any more (damage.h)
    kNotAllowed,      // a filter took it that is wider than what the client may read (access.h)
    kCount,
};

std::string_view name(Discard reason);

struct Books {
    std::uint64_t matched = 0;
    std::uint64_t delivered = 0;
    std::uint64_t expired = 0;
    std::uint64_t dead_lettered = 0;  // moved to a dead-letter queue, where it is matched anew
    std::array<std::uint64_t, static_cast<std::size_t>(Discard::kCount)> discarded{};
    std::uint64_t held = 0;

    // Matched, and held until one of the others comes.
    void hold() { ++matched, ++held; }
    void deliver() { ++delivered, --held; }
    void expire() { ++expired, --held; }
    void dead_letter() { ++dead_lettered, --held; }
    void discard(Discard reason) { ++discarded[static_cast<std::size_t>(reason)], --held; }
    // Matched, and discarded at once.
    void lose(Discard reason) { ++matched, ++discarded[static_cast<std::size_t>(reason)]; }
    // As if it had never matched: another shard or another taker holds it anew.
    void hand_over() { --matched, --held; }

    void add(const Books& other);
    std::uint64_t discarded_total() const;
    bool balance() const { return matched == delivered + expired + dead_lettered + discarded_total() + held; }
};

// A shard's books, one for each topic root (first level) in the order in which it met them, up to a limit;
// all further roots share one. The root is looked up once for a message that is handed out here; from then on
// its number goes with the message (session::Held, session::Delivery).
class RootBooks {
  public:
    using RootIndex = session::RootIndex;
    static constexpr RootIndex kOtherRoots{0};

    RootBooks() = default;
    explicit RootBooks(std::uint16_t roots_max) : roots_max_(roots_max) {}

    RootIndex root_of(std::string_view topic);
    Books& operator[](RootIndex root) { return books_[static_cast<std::size_t>(root)]; }
    const Books& operator[](RootIndex root) const { return books_[static_cast<std::size_t>(root)]; }
    // Of a message that is not yet, or no more, in the hands of a session.
    Books& of(const session::Message& message) { return (*this)[root_of(message.topic())]; }

    Books total() const;
    // Adds those of another shard, root by root; what that one has no book for goes to the others here, too.
    void add(const RootBooks& shard);

    template <typename Visit>  // void(std::string_view root, const Books&)
    void for_each_root(Visit visit) const {
        for (std::size_t i = 0; i < names_.size(); ++i) visit(std::string_view(names_[i]), books_[i + 1]);
    }
    const Books& other_roots() const { return (*this)[kOtherRoots]; }

  private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    RootIndex root(std::string_view name, std::size_t roots_max);

    std::size_t roots_max_ = 0;
    RootIndex last_ = kOtherRoots;
    std::vector<std::string> names_;  // of books_[1] and on
    std::vector<Books> books_ = {{}};
    std::unordered_map<std::string, RootIndex, Hash, std::equal_to<>> numbers_;
};

}  // namespace dray::shard
