// How much is published to which topics, for an operator who looks at it. Nothing is counted until somebody
// asks, and nothing after kKeptMs without a question: the price of a PUBLISH is one branch, until then.
//
//     a/b/c  of 10 bytes  counts for   a   a/b   a/b/c
//
// Of each shard: what was published there. Limits: kTopicsMax topics, of at most kTopicBytesMax; what has no
// place any more counts for the levels above it that have one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "shard/link_id.h"

namespace dray::shard {

struct TopicCount {
    std::string topic;
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;  // of payloads
    bool has_more = false;    // topics below it
};

struct TopicsRequest {
    std::uint64_t ticket = 0;          // comes back with the answer
    std::optional<std::string> under;  // topics one level below this one; none: the first levels
};
struct TopicsReply {
    std::uint64_t ticket = 0;
    std::uint64_t counted_ms = 0;  // since the counting began
    std::vector<TopicCount> topics;
    bool is_full = false;  // some topics have no place
};

class TopicCounts {
  public:
    static constexpr std::size_t kTopicsMax = 4096;
    static constexpr std::size_t kTopicBytesMax = 512;
    static constexpr std::int64_t kKeptMs = 30'000;

    void count(std::string_view topic, std::size_t bytes, Instant now) {
        if (is_counting_) add(topic, bytes, now);
    }
    TopicsReply ask(const TopicsRequest& request, Instant now);

  private:
    struct Count {
        std::uint64_t messages = 0;
        std::uint64_t bytes = 0;
        bool has_more = false;
    };
    void add(std::string_view topic, std::size_t bytes, Instant now);
    Count* place_of(std::string_view topic);
    void stop();

    bool is_counting_ = false;
    bool is_full_ = false;
    Instant began_{};
    Instant ends_{};
    std::map<std::string, Count, std::less<>> counts_;
};

struct Core;

// At the shard that is asked; `from` gets the answer.
void serve_topics_request(Core& core, ShardIndex from, const TopicsRequest& request);

}  // namespace dray::shard
