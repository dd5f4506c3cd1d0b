#include "mqtt/topic.h"

namespace dray::mqtt {
namespace {

constexpr std::string_view kSharePrefix = "$share/";
constexpr std::string_view kNotInNames{"+#\0", 3};

bool is_valid_plain_filter(std::string_view filter) {
    if (filter.empty() || filter.size() > kTopicBytesMax) return false;
    if (filter.find('\0') != std::string_view::npos) return false;
    Levels levels(filter);
    bool after_hash = false;
    while (const auto level = levels.next()) {
        if (after_hash) return false;
        after_hash = *level == "#";
        if (level->size() > 1 && has_wildcard(*level)) return false;
    }
    return true;
}

}  // namespace

bool is_valid_topic_name(std::string_view topic) {
    return !topic.empty() && topic.size() <= kTopicBytesMax &&
           topic.find_first_of(kNotInNames) == std::string_view::npos;
}

bool is_valid_topic_filter(std::string_view filter) {
    if (!filter.starts_with(kSharePrefix)) return is_valid_plain_filter(filter);
    const auto shared = parse_shared(filter);
    return shared && filter.size() <= kTopicBytesMax && is_valid_topic_name(shared->group) &&
           is_valid_plain_filter(shared->filter) && !shared->filter.starts_with(kSharePrefix);
}

bool has_wildcard(std::string_view filter) {
    return filter.find_first_of("+#") != std::string_view::npos;
}

// A topic is a filter that takes itself.
bool matches(std::string_view filter, std::string_view topic) {
    return covers(filter, topic);
}

bool covers(std::string_view wide, std::string_view narrow) {
    if (narrow.starts_with('$') && (wide.starts_with('+') || wide.starts_with('#'))) return false;
    Levels wanted(wide);
    Levels given(narrow);
    while (true) {
        const auto pattern = wanted.next();
        if (pattern == "#") return true;  // also takes the parent level: "a/#" takes "a"
        const auto level = given.next();
        if (!pattern || !level) return !pattern && !level;
        if (level == "#") return false;
        if (*pattern != "+" && *pattern != *level) return false;
    }
}

std::optional<SharedFilter> parse_shared(std::string_view filter) {
    if (!filter.starts_with(kSharePrefix)) return std::nullopt;
    const std::string_view rest = filter.substr(kSharePrefix.size());
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    return SharedFilter{.group = rest.substr(0, slash), .filter = rest.substr(slash + 1)};
}

}  // namespace dray::mqtt
