// One shared subscription, $share/<name>/<filter>, MQTT 5.0 section 4.8.2: each message goes to one member.
// It lives on one shard; its members may be connected anywhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "mqtt/packet.h"

namespace dray::topics {

// Names a session among all shards; what it means is the engine's affair.
using MemberId = std::uint64_t;

// A group's number in its tree, for as long as it exists.
using GroupId = std::uint32_t;

struct GroupMember {
    MemberId id = 0;
    mqtt::SubscriptionOptions options{};
    std::uint32_t subscription_id = 0;  // 0 = none
    std::uint32_t stay = 0;             // of a queue's consumer: session::MessageSource::stay
};

class SharedGroup {
  public:
    GroupId id() const { return id_; }
    const std::string& name() const { return name_; }
    const std::string& filter() const { return filter_; }
    const std::vector<GroupMember>& members() const { return members_; }

    // nullptr if it is none.
    const GroupMember* find(MemberId id) const {
        const auto found = std::ranges::find(members_, id, &GroupMember::id);
        return found == members_.end() ? nullptr : &*found;
    }
    // Adds the member or replaces its options. Whether it is new.
    bool put(const GroupMember& member) {
        const auto known = std::ranges::find(members_, member.id, &GroupMember::id);
        if (known != members_.end()) {
            *known = member;
            return false;
        }
        members_.push_back(member);
        return true;
    }
    // Whether it was there. The turn of the others stays as it was.
    bool remove(MemberId id) {
        const auto known = std::ranges::find(members_, id, &GroupMember::id);
        if (known == members_.end()) return false;
        const auto index = static_cast<std::size_t>(known - members_.begin());
        members_.erase(known);
        if (index < next_) --next_;
        if (next_ == members_.size()) next_ = 0;
        return true;
    }

    // Round robin: the first member after the one chosen last that can_take(member) accepts, or nullptr.
    template <typename Predicate>
    const GroupMember* next_member(Predicate can_take) {
        for (std::size_t tried = 0; tried < members_.size(); ++tried) {
            const GroupMember& member = members_[next_];
            next_ = next_ + 1 == members_.size() ? 0 : next_ + 1;
            if (can_take(member)) return &member;
        }
        return nullptr;
    }

    // The one with the smallest load_of(member), an optional: none = it cannot take one. Among equals it is
    // round robin.
    template <typename Load>
    const GroupMember* least_loaded_member(Load load_of) {
        std::size_t best = members_.size();
        std::uint64_t least = 0;
        for (std::size_t tried = 0; tried < members_.size(); ++tried) {
            const std::size_t at = (next_ + tried) % members_.size();
            const auto load = load_of(members_[at]);
            if (!load || (best != members_.size() && *load >= least)) continue;
            best = at;
            least = *load;
        }
        if (best == members_.size()) return nullptr;
        next_ = (best + 1) % members_.size();
        return &members_[best];
    }

  private:
    friend class SubscriptionTree;

    GroupId id_ = 0;
    std::string name_;
    std::string filter_;
    std::vector<GroupMember> members_;
    std::size_t next_ = 0;                     // whose turn it is
    std::uint32_t next_in_node_ = 0xffffffff;  // groups of one filter are chained
};

}  // namespace dray::topics
