#include "bridge/topic_map.h"

#include <algorithm>

#include "mqtt/topic.h"

namespace dray::bridge {

namespace {

constexpr std::uint16_t kQoSMost = 2;

std::string mistake_in_prefix(const std::string& prefix, const std::string& filter) {
    if (!prefix.empty() && !mqtt::is_valid_topic_name(prefix)) return "has a '+' or '#' in it";
    if (prefix.starts_with('$')) return "'$' topics do not cross";
    if (!mqtt::is_valid_topic_filter(prefix + filter)) return "makes no topic filter of '" + filter + "'";
    return {};
}

// Whether some topic is taken by both.
bool meet(std::string_view a, std::string_view b) {
    mqtt::Levels of_a(a);
    mqtt::Levels of_b(b);
    while (true) {
        const auto one = of_a.next();
        const auto other = of_b.next();
        if (one == "#" || other == "#") return true;  // of a parent level, too: "a/#" takes "a"
        if (!one || !other) return !one && !other;
        if (*one != "+" && *other != "+" && *one != *other) return false;
    }
}

}  // namespace

std::optional<RuleMistake> find_mistake(const TopicRule& rule) {
    if (!mqtt::is_valid_topic_filter(rule.filter)) return RuleMistake{"filter", "must be a topic filter"};
    if (rule.filter.starts_with('$')) return RuleMistake{"filter", "'$' topics do not cross"};
    if (rule.qos > kQoSMost) return RuleMistake{"qos", "must be 0, 1 or 2"};
    if (std::string wrong = mistake_in_prefix(rule.local_prefix, rule.filter); !wrong.empty())
        return RuleMistake{"local_prefix", std::move(wrong)};
    if (std::string wrong = mistake_in_prefix(rule.remote_prefix, rule.filter); !wrong.empty())
        return RuleMistake{"remote_prefix", std::move(wrong)};
    return std::nullopt;
}

std::optional<std::string> find_echo(std::span<const TopicRule> rules) {
    for (const TopicRule& out : rules) {
        if (out.direction == Direction::kIn) continue;
        for (const TopicRule& in : rules) {
            const std::string there = in.remote_prefix + in.filter;
            if (in.direction != Direction::kOut && meet(out.remote_prefix + out.filter, there)) return there;
        }
    }
    return std::nullopt;
}

TopicMap::TopicMap(std::span<const TopicRule> rules, Side from) {
    const Direction against = from == Side::kLocal ? Direction::kIn : Direction::kOut;
    for (const TopicRule& rule : rules) {
        if (rule.direction == against) continue;
        const bool is_out = from == Side::kLocal;
        const std::string& its_own = is_out ? rule.local_prefix : rule.remote_prefix;
        const std::string& others = is_out ? rule.remote_prefix : rule.local_prefix;
        ways_.push_back({its_own + rule.filter, static_cast<mqtt::QoS>(rule.qos), its_own.size(), others});
    }
}

std::optional<std::string> TopicMap::translate(std::string_view topic) const {
    for (const Way& way : ways_) {
        if (!mqtt::matches(way.filter, topic)) continue;
        std::string translated = way.prefix;
        translated += topic.substr(std::min(way.prefix_bytes, topic.size()));
        if (translated.empty() || translated.size() > mqtt::kTopicBytesMax) return std::nullopt;
        return translated;
    }
    return std::nullopt;
}

}  // namespace dray::bridge
