// Which topics cross a bridge, and what they are called on the other side. A rule has one filter and a prefix
// for each side:
//
//     filter = "orders/#"   direction = "out"   local_prefix = ""   remote_prefix = "sites/north/"
//
//     here: orders/17/paid  ->  there: sites/north/orders/17/paid
//
// Of several rules that fit a topic the first counts. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bridge/side.h"
#include "mqtt/packet.h"

namespace dray::bridge {

enum class Direction : std::uint8_t { kOut, kIn, kBoth };

struct TopicRule {
    std::string filter;  // what stands behind the prefix, on both sides
    Direction direction = Direction::kBoth;
    std::uint16_t qos = 2;  // the most that crosses; less stays what it is
    std::string local_prefix = {};
    std::string remote_prefix = {};
};

// What is wrong with a rule: the option's name, and why; nothing if it is right.
struct RuleMistake {
    const char* option = "";
    std::string what;
};
std::optional<RuleMistake> find_mistake(const TopicRule& rule);

// A filter of the other side whose topics both go there and come from there: what goes out by one rule would
// come in by another (or the same), if the broker there gave a bridge back what it has brought.
std::optional<std::string> find_echo(std::span<const TopicRule> rules);

// What comes from one side.
class TopicMap {
  public:
    TopicMap(std::span<const TopicRule> rules, Side from);

    struct Way {
        std::string filter;  // as it is on the side where messages come from
        mqtt::QoS qos{};
        std::size_t prefix_bytes = 0;  // of a topic, to be replaced ...
        std::string prefix;            // ... by this
    };
    std::span<const Way> ways() const { return ways_; }
    // Nothing if no rule fits, or what comes of it is no topic.
    std::optional<std::string> translate(std::string_view topic) const;

  private:
    std::vector<Way> ways_;
};

}  // namespace dray::bridge
