// Who has failed to prove who he is too often waits before the next try counts, by user name and by the
// address that he comes from:
//
//     the first failures_max failures     nothing
//     the next                            no try for delay_ms, then for twice as long ..., up to delay_ms_max
//     a login that is right               the user's failures are forgotten (those of its address are not)
//     delay_ms_max without waiting        one failure is forgotten
//
// What is tried meanwhile is not looked at: it costs no hash, teaches nothing, and counts for nothing. So a
// client that goes on with a wrong password uses up its own user's tries, and hardly those of its address.
//
// Each shard counts what it sees. Whoever comes with many client ids has as many times the tries as there are
// shards. Somebody who knows a user's name can keep him waiting, for delay_ms_max at a time: that is the
// price.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include "base/instant.h"

namespace dray::shard {

struct LoginPatience {
    std::uint32_t failures_max = 0;  // 0 = no limit
    std::uint32_t delay_ms = 0;
    std::uint32_t delay_ms_max = 0;
};

// Of one kind of key: users (hashed), or addresses.
class FailedLogins {
  public:
    explicit FailedLogins(LoginPatience patience) : patience_(patience) {}

    bool is_held_off(std::uint64_t key, Instant now) const;
    void add(std::uint64_t key, Instant now);
    void forget(std::uint64_t key) { entries_.erase(key); }
    std::size_t size() const { return entries_.size(); }

    static constexpr std::size_t kEntriesMax = 16'384;

  private:
    struct Entry {
        std::uint32_t failures = 0;
        Instant counted_from;  // failures are forgotten one by one from here on
        Instant held_until;
    };
    void let_time_pass(Entry& entry, Instant now) const;
    void make_room(Instant now);

    LoginPatience patience_;
    std::unordered_map<std::uint64_t, Entry> entries_;
};

}  // namespace dray::shard
