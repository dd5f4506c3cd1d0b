// A reactor's network that is none.
#pragma once

#include <atomic>
#include <memory>

#include "reactor/transport.h"

namespace dray::reactor {

// No network at all; notes in which order it is told to stop.
class NoTransport final : public Transport {
  public:
    std::unique_ptr<Passenger> hand_over(shard::LinkId) override { return nullptr; }
    void flush(shard::LinkId) override {}
    void close(const shard::Effects::Close&) override {}
    void set_reading(shard::LinkId, bool) override {}
    void adopt(std::unique_ptr<Passenger>) override {}
    void continue_unfinished() override {}
    bool has_unfinished() const override { return false; }
    void tick(Instant) override {}
    Instant next_deadline() const override { return kNever; }
    void end_turn() override { turns.fetch_add(1); }
    void stop_accepting() override { stopped.store(true); }

    std::atomic<int> turns{0};
    std::atomic<bool> stopped{false};
};

}  // namespace dray::reactor
