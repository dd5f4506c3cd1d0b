// Shared subscriptions, MQTT 5.0 section 4.8.2 (3.1.1 clients may use them too): $share/<group>/<filter>.
//
// A group lives on one shard, the home of its name and filter. There it stands in the subscription tree like
// one subscriber (its index has the top bit set), so every message that matches comes here once; the group
// then picks the next of its members, whichever shard they are on, that can take one. While none can, it
// holds what must be kept.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/ring.h"
#include "session/message.h"
#include "session/session.h"
#include "shard/link_id.h"

namespace dray::shard {

inline constexpr std::uint32_t kGroupBit = 0x80000000;  // in a subscriber's index: it is a group

struct GroupMember {
    session::SessionNumber session = 0;
    mqtt::SubscriptionOptions options;
    std::uint32_t subscription_id = 0;
    bool able = false;  // online, and its window has room

    ShardIndex shard() const { return static_cast<ShardIndex>(session & 0xFF); }
};

struct SharedGroup {
    std::string name;
    std::string filter;
    std::uint32_t index = 0;
    std::vector<GroupMember> members;
    std::size_t next = 0;  // round-robin: whose turn it is
    Ring<session::MessageRef> held;
    std::uint64_t held_bytes = 0;

    // The next member that can take a message, in turn; none if none can.
    GroupMember* pick() {
        for (std::size_t tried = 0; tried < members.size(); ++tried) {
            if (next >= members.size()) next = 0;
            GroupMember& member = members[next++];
            if (member.able) return &member;
        }
        return nullptr;
    }
    GroupMember* find(session::SessionNumber session) {
        for (GroupMember& member : members) {
            if (member.session == session) return &member;
        }
        return nullptr;
    }
};

class SharedGroups {
  public:
    static std::string key(std::string_view name, std::string_view filter) {
        return std::string(name).append("/").append(filter);  // a group's name has no slash
    }
    SharedGroup* find(std::string_view name, std::string_view filter) {
        const auto found = by_key_.find(key(name, filter));
        return found == by_key_.end() ? nullptr : found->second.get();
    }
    SharedGroup& at(std::uint32_t index) { return *by_index_[index & ~kGroupBit]; }
    SharedGroup& create(std::string_view name, std::string_view filter) {
        auto group = std::make_unique<SharedGroup>();
        group->name = name;
        group->filter = filter;
        group->index = static_cast<std::uint32_t>(by_index_.size()) | kGroupBit;
        if (!free_.empty()) {
            group->index = free_.back() | kGroupBit;
            free_.pop_back();
        } else {
            by_index_.push_back(nullptr);
        }
        by_index_[group->index & ~kGroupBit] = group.get();
        return *by_key_.emplace(key(name, filter), std::move(group)).first->second;
    }
    void erase(SharedGroup& group) {
        const std::uint32_t index = group.index & ~kGroupBit;
        by_index_[index] = nullptr;
        free_.push_back(index);
        by_key_.erase(key(group.name, group.filter));
    }
    template <typename Visit>
    void for_each(Visit visit) {
        for (SharedGroup* group : by_index_) {
            if (group != nullptr) visit(*group);
        }
    }

  private:
    std::unordered_map<std::string, std::unique_ptr<SharedGroup>> by_key_;
    std::vector<SharedGroup*> by_index_;
    std::vector<std::uint32_t> free_;
};

struct Core;

// At the group's home. The ticket (of shard `from`) is confirmed when every shard knows the way to this
// group.
void join_group(Core& core, ShardIndex from, const GroupJoin& join);
void leave_group(Core& core, const GroupLeave& leave);
void set_member_able(Core& core, const MemberAble& change);
void deliver_to_group(Core& core, SharedGroup& group, const session::MessageRef& message);
void return_to_group(Core& core, const GroupReturn& returned);

// At the member's shard.
void receive_from_group(Core& core, const GroupDeliver& delivery);
// Tells the homes of a session's shared subscriptions when it has become able or unable to take messages.
void update_able(Core& core, session::Session& session);
// Gives back what a session that left had not acknowledged.
void give_back_shared(Core& core, session::Session& session);

}  // namespace dray::shard
