// Ids that are unique for ever. They come from the system's entropy and not from --seed: the same seed gives
// the same trips, but an event of today must never carry the id of one of yesterday.
#pragma once

#include <random>
#include <string>
#include <string_view>

#include "base/random.h"

namespace dray::program {

class Ids {
  public:
    // A UUID of version 4.
    std::string uuid();
    // W3C Trace Context: the trace of `cause` with a span of our own; a new trace when `cause` is none.
    std::string traceparent(std::string_view cause);

  private:
    static std::uint64_t entropy() {
        std::random_device device;
        return (std::uint64_t{device()} << 32) | device();
    }
    Random high_{entropy()};
    Random low_{entropy()};
};

}  // namespace dray::program
