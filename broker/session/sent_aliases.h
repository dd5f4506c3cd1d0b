// Topic Aliases that the broker gives to one client, MQTT 5.0 section 3.3.2.3.4: two bytes instead of a topic
// that comes again.
//
//     topic  --hash-->  slot i = alias i + 1       first time   nothing; the slot remembers the hash
//                                                  again        alias with the topic: defines it
//                                                  from then    alias alone, until another topic of the same
//                                                               slot comes twice in a row and takes it over
//
// Constant time and a fixed number of slots. A choice takes effect only by sent(): what was not sent (too
// large for the client) has defined nothing. Lives with the connection, as the aliases do [MQTT-5.0 3.3.2-7].
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace dray::session {

struct SentAlias {
    std::uint8_t number = 0;  // 0 = none
    bool is_known = false;    // defined before: the topic need not be sent
};

class SentAliases {
  public:
    static constexpr std::uint16_t kCountMax = 127;

    explicit SentAliases(std::uint16_t count) : slots_(count < kCountMax ? count : kCountMax) {}

    SentAlias choose(std::string_view topic) const {
        if (topic.size() <= kPropertyBytes) return {};  // the topic is as short
        const std::size_t hash = std::hash<std::string_view>()(topic);
        const std::size_t at = hash % slots_.size();
        const auto number = static_cast<std::uint8_t>(at + 1);
        if (slots_[at].topic == topic) return {number, true};
        return slots_[at].seen == hash ? SentAlias{number, false} : SentAlias{};
    }
    // The packet goes out, with what was chosen for it or without.
    void sent(std::string_view topic, SentAlias alias) {
        if (alias.is_known || topic.size() <= kPropertyBytes) return;
        const std::size_t hash = std::hash<std::string_view>()(topic);
        Slot& slot = slots_[hash % slots_.size()];
        slot.seen = hash;
        if (alias.number != 0) slot.topic = topic;
    }

  private:
    static constexpr std::size_t kPropertyBytes = 3;
    struct Slot {
        std::string topic;     // what the alias stands for; empty = not defined
        std::size_t seen = 0;  // hash of the topic that came last and was not `topic`
    };
    std::vector<Slot> slots_;
};

}  // namespace dray::session
