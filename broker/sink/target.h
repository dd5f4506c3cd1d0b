// The other side of a sink: what takes its messages and says of each what became of it. One is made for each
// attempt to connect, and gone when the connection is.
//
//     connect()  ->  give(…), give(…), …   <-  on_taken(…), on_refused(…)  ->  on_lost(…)
//
// The thread of the sink.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/instant.h"
#include "sink/record.h"
#include "sink/sink_options.h"

namespace dray::sink {

class TargetEvents {
  public:
    virtual ~TargetEvents() = default;
    // It is safe there.
    virtual void on_taken(Ticket ticket) = 0;
    // It will never be taken as it is.
    virtual void on_refused(Ticket ticket, std::string_view why) = 0;
    // The connection is worth nothing any more, and all that was not confirmed is in doubt. Blames(): it was
    // ended because of one of the messages, and the other side does not say which.
    virtual void on_lost(std::string why, bool blames_a_message) = 0;
};

class Target {
  public:
    virtual ~Target() = default;
    // Why it failed; empty: it is up. Looks often whether it should stop.
    virtual std::string connect(const std::atomic<bool>& stopping) = 0;
    // To be watched for news, edge-triggered; -1: it rings the bell that it was made with.
    virtual int number() const = 0;
    // Whether it can take one more without waiting.
    virtual bool has_room() = 0;
    virtual void give(const Record& record, Instant now) = 0;
    // Hears what the other side says. To be called when there is news, and by next_deadline().
    virtual void serve(Instant now) = 0;
    virtual Instant next_deadline() const = 0;
    // Any thread: what is being waited for in there ends.
    virtual void interrupt() {}
};

struct TargetNeeds {
    const SinkOptions& options;
    std::string password;
    TargetEvents& events;
    int bell = -1;  // an eventfd that wakes the sink's thread
};
std::unique_ptr<Target> make_target(TargetNeeds needs);

// Whether this program was built with what a sink needs.
bool has_targets();
// What is wrong with options that only the library knows.
std::optional<SinkMistake> mistake_in_target(const SinkOptions& options);

}  // namespace dray::sink
