// A load of plain MQTT 3.1.1 clients on one epoll loop, for measuring a broker:
//
//     pairs     publisher i -> subscriber i            fan-in    every publisher -> one subscriber
//     fan-out   one publisher -> every subscriber
//
// A publisher has at most `window` messages that are not delivered yet, so nothing piles up in the broker and
// the rate finds itself; or it sends at a fixed rate, whatever becomes of what it sent. Each payload begins
// with the time it was sent, at a fixed rate the time it was due: what delays the sender counts too. So a
// delivery gives a latency. Sizes in bytes, times in nanoseconds of CLOCK_MONOTONIC. One thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dray::bench {

enum class Shape : std::uint8_t { kPairs, kFanIn, kFanOut };

struct Options {
    std::uint16_t port = 1883;
    Shape shape = Shape::kPairs;
    int clients = 50;  // of the side that has many
    int qos = 0;       // 0 or 1, of publishing and subscribing
    int payload_bytes = 100;
    int window = 50;     // undelivered messages per publisher
    double rate_hz = 0;  // of all publishers together; 0: as fast as the window allows
    double warm_up_s = 1;
    double measure_s = 5;
    std::string topics = "bench";  // what their names begin with
};

struct Measured {
    std::uint64_t published = 0;  // in the measured time
    std::uint64_t delivered = 0;
    double seconds = 0;
    std::vector<std::uint32_t> latencies_us;  // sorted
};

// Empty `problem` when the broker did what it should.
struct Outcome {
    Measured measured;
    std::string problem;
};

// Called when measuring begins and when it ends, to read the broker's CPU clock.
class Observer {
  public:
    virtual ~Observer() = default;
    virtual void begins() = 0;
    virtual void ends() = 0;
};

Outcome run_load(const Options& options, Observer& observer);

}  // namespace dray::bench
