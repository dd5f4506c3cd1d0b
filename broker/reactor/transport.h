// What a reactor needs of the network, and all it knows of it: the links of its shard. Implemented in net/ by
// real sockets and in tests by none. One instance per reactor, only touched by its thread or by whoever acts
// for it (baton.h): then a turn ends without end_turn().
#pragma once

#include <memory>

#include "base/instant.h"
#include "reactor/event_source.h"
#include "shard/effects.h"
#include "shard/link_id.h"

namespace dray::reactor {

// A connection on its way to another reactor: the socket, the state of its layers, and the bytes that were
// read but not consumed. A value: it belongs to whoever holds it.
class Passenger : public EventSource {};

class Transport {
  public:
    virtual ~Transport() = default;

    // --- effects of the shard ---
    virtual std::unique_ptr<Passenger> hand_over(shard::LinkId link) = 0;  // null if it is gone
    virtual void flush(shard::LinkId link) = 0;
    virtual void close(const shard::Effects::Close& close) = 0;
    virtual void set_reading(shard::LinkId link, bool on) = 0;

    // From another reactor: opens a link here and offers it the bytes at once.
    virtual void adopt(std::unique_ptr<Passenger> passenger) = 0;

    // --- once per turn ---
    // Goes on with sockets that had more to read or write than one turn's share.
    virtual void continue_unfinished() = 0;
    // Whether there are such, or something that the end of a turn can free.
    virtual bool has_unfinished() const = 0;
    virtual void tick(Instant now) = 0;
    virtual Instant next_deadline() const = 0;
    // Nothing of this turn is referred to any more: what died in it can be freed.
    virtual void end_turn() = 0;

    virtual void stop_accepting() = 0;
};

}  // namespace dray::reactor
