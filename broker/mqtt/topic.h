// Topic Names and Topic Filters, MQTT 3.1.1 and 5.0 section 4.7.
//
// Pure functions over text that is valid UTF-8 already (decode.h saw to that); any thread, no allocation.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace dray::mqtt {

inline constexpr std::size_t kTopicBytesMax = 65535;

// At least one character, no wildcard, no U+0000 [MQTT-3.1.1 3.3.2-2, 4.7.3-1, 4.7.3-2].
bool is_valid_topic_name(std::string_view topic);

// '#' only alone in the last level, '+' only alone in a level [MQTT-3.1.1 4.7.1-2, 4.7.1-3]. Also checks the
// form of $share/<name>/<filter> [MQTT-5.0 4.8.2-1, 4.8.2-2]; a filter that is shared in turn means nothing.
bool is_valid_topic_filter(std::string_view filter);

bool has_wildcard(std::string_view filter);

// Whether the filter takes the topic; wildcards at the start do not take '$' topics [MQTT-3.1.1 4.7.2-1].
// The subscription tree does this for many filters at once; this is for one.
bool matches(std::string_view filter, std::string_view topic);

// Whether the one filter takes every topic that the other takes.
bool covers(std::string_view wide, std::string_view narrow);

// The parts of $share/<group>/<filter>, MQTT 5.0 section 4.8.2; nothing where the filter is not shared.
struct SharedFilter {
    std::string_view group;
    std::string_view filter;
};
std::optional<SharedFilter> parse_shared(std::string_view filter);

// Walks the levels of a topic: "a//b" has "a", "", "b".
class Levels {
  public:
    Levels() = default;  // has none
    explicit Levels(std::string_view topic) : rest_(topic), done_(false) {}
    // The next level, or nothing when the last one has been given.
    std::optional<std::string_view> next() {
        if (done_) return std::nullopt;
        const std::size_t slash = rest_.find('/');
        const std::string_view level = rest_.substr(0, slash);
        done_ = slash == std::string_view::npos;
        if (!done_) rest_ = rest_.substr(slash + 1);
        return level;
    }

  private:
    std::string_view rest_;
    bool done_ = true;
};

}  // namespace dray::mqtt
