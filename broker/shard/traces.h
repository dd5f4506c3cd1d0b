// Following a client, or the messages of some topics, step by step, for an operator who watches.
//
//     nobody watches     a PUBLISH, a delivery and an acknowledgement cost one branch each, on is_on()
//     somebody does      what is done with what he follows becomes a step, kept until he asks again, each
//                        time by a TraceRequest; nobody asks for kKeptMs: it ends by itself
//
// Bounded: kTracesMax at a time, for each so many steps a second and kStepsBytesMax between two questions.
// What has no place is counted (TraceReply::left_out). Passwords, tokens and other secrets are in no step,
// payloads only where they were asked for.
//
// Of each shard: what is done there. What a client has published is followed to other shards by the number of
// its session, which its own shard tells them (TraceFollow) before the first message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "session/message.h"
#include "shard/link_id.h"

namespace dray::shard {

struct TraceStep {
    using Value = std::variant<bool, std::uint64_t, std::string, std::vector<std::string>>;
    struct Detail {
        const char* name = "";  // a literal
        Value value;
    };
    Instant at;
    bool is_from_afar = false;  // of a message that another shard has sent
    const char* what = "";      // "publish", "deliver": a literal
    std::string client;         // whom it is about; empty: no client
    std::vector<Detail> details;
    session::MessageRef message;  // none, unless payloads were asked for and this step has one

    std::size_t weight() const;
};

// One of the two is empty.
struct TraceWish {
    std::string client_id;
    std::string filter;  // of topics
    std::uint32_t steps_per_s_max = 200;
    bool with_payloads = false;
};

// "What have you seen since I asked last?" The first begins it.
struct TraceRequest {
    std::uint64_t ticket = 0;     // comes back with the answer
    std::uint64_t trace = 0;      // its number
    std::uint64_t publisher = 0;  // the number of the client's session; 0 = not known
    TraceWish wish;
};
struct TraceReply {
    std::uint64_t ticket = 0;
    bool is_refused = false;  // kTracesMax are under way
    std::vector<TraceStep> steps;
    std::uint64_t left_out = 0;
    std::uint64_t publisher = 0;  // 0 = this is not the client's shard, or it has no session
};
struct TraceEnd {
    std::uint64_t trace = 0;
};
// From the client's shard to the others.
struct TraceFollow {
    std::uint64_t trace = 0;
    std::uint64_t publisher = 0;
};

class Traces {
  public:
    static constexpr std::size_t kTracesMax = 8;
    static constexpr std::int64_t kKeptMs = 10'000;
    static constexpr std::size_t kStepsBytesMax = 2 * 1024 * 1024;

    struct Trace {
        std::uint64_t number = 0;
        TraceWish wish;
        std::uint64_t publisher = 0;
        Instant ends_at;
        Instant second_began;
        std::uint32_t steps_left = 0;  // in this second
        std::vector<TraceStep> steps;
        std::size_t steps_bytes = 0;
        std::uint64_t left_out = 0;
    };

    bool is_on() const { return is_on_; }
    // nullptr: there are too many.
    Trace* find_or_begin(const TraceRequest& request, Instant now);
    Trace* find(std::uint64_t trace);
    void end(std::uint64_t trace);
    void end_old(Instant now);
    std::vector<Trace>& all() { return traces_; }

  private:
    bool is_on_ = false;
    std::vector<Trace> traces_;
};

struct Core;

// At the shard that is asked; `from` gets the answer.
void serve_trace_request(Core& core, ShardIndex from, const TraceRequest& request);
void end_trace(Core& core, const TraceEnd& end);
void follow_publisher(Core& core, const TraceFollow& follow);
// A client has a session, perhaps a new one: who follows the client follows what the session publishes.
void tell_publisher(Core& core, std::string_view client_id, std::uint64_t session);

// A step for each trace that it belongs to: by the client, or by the message (its publisher or topic), if
// there is one.
void add_step(Core& core, TraceStep step, const session::Message* message);

}  // namespace dray::shard
