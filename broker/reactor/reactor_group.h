// All reactors of the process with their threads: made together, started together, stopped in order.
//
//     ReactorGroup group({.shards = 2, …}, store);        may throw std::system_error
//     group.start(make_transport);
//     …
//     group.stop(deadline);
//
// Stopping has two steps, so that what one shard still tells another while it closes its links is heard:
// first all stop, then all finish.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "reactor/reactor.h"

namespace dray::reactor {

class ReactorGroup {
  public:
    // `pattern.index` is filled in for each shard.
    ReactorGroup(const shard::ShardOptions& pattern, shard::StorePort& store, Clock clock,
                 const ReactorOptions& reactor_options = {});
    ~ReactorGroup();  // stops, if that has not been done

    std::size_t size() const { return reactors_.size(); }
    Reactor& operator[](std::size_t index) { return *reactors_[index]; }
    // For one thread of the outside (shard::kOutside), from start() until stop().
    Mailroom& mailroom() { return mailroom_; }

    // Transports must be set. The calling thread's blocked signals stay blocked in all of them.
    void start();
    // No more clients come in, and one of so many is sent away; all of them with 1.
    void send_away_one_of(unsigned clients);
    // Whether all have turned since this was asked last; asks anew.
    bool are_alive();
    // Returns false if a reactor has not answered in time; then its thread is still alive.
    [[nodiscard]] bool stop(std::chrono::milliseconds patience);

  private:
    Mailroom mailroom_;
    std::vector<std::unique_ptr<Reactor>> reactors_;
    std::vector<std::thread> threads_;
};

}  // namespace dray::reactor
