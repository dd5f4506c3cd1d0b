// What a law may look at besides what it is told: the inside of the broker, and what clients know.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cluster.h"
#include "shard/books.h"

namespace dray::sim {

class Situation {
  public:
    virtual ~Situation() = default;
    virtual test::Cluster& cluster() = 0;
    // All books ever, those of processes that were killed included.
    virtual const shard::Books& books() = 0;
    virtual std::uint64_t publishes_refused() = 0;

    // --- when all has calmed down: clients with lasting sessions are connected and have answered
    // everything, all others are gone ---
    struct Kept {
        std::size_t sessions = 0;
        std::size_t subscriptions = 0;
    };
    virtual Kept kept() const = 0;
    // What clients still wait for, in words; empty if nothing.
    virtual std::string awaited() const = 0;
    // Payload number of the retained message of a topic, as a new subscriber gets it; none = it gets nothing.
    virtual std::optional<std::uint32_t> retained(std::string_view topic) = 0;
};

}  // namespace dray::sim
