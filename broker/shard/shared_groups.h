// Shared subscriptions, MQTT 5.0 section 4.8.2 (3.1.1 clients may use them too): $share/<group>/<filter>.
//
// A group lives on one shard, the home of its name and filter. There it stands in the subscription tree, so
// every message that matches comes here once; the group then picks the next of its members, whichever shard
// they are on, that can take one. While none can, it holds what must be kept.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>

#include "base/ring.h"
#include "session/message.h"
#include "session/session.h"
#include "shard/link_id.h"
#include "shard/shard_message.h"
#include "topics/match_result.h"
#include "topics/shared_group.h"

namespace dray::shard {

struct SharedGroups {
    // Messages that no member could take yet, oldest first.
    struct Waiting {
        Ring<session::MessageRef> messages;
        std::uint64_t bytes = 0;
    };
    std::unordered_map<topics::GroupId, Waiting> waiting;
    // The members of groups and consumers of queues here that are online and can take messages. A member may
    // be given as many as it has told room for, so that none gets all that waits before its shard can say
    // that it is enough.
    struct Able {
        MemberLoad load;
        std::uint64_t given = 0;  // counted like load.received
        std::uint64_t on_its_way() const { return given - load.received; }
        std::uint64_t unacknowledged() const { return load.unacknowledged + on_its_way(); }
        bool has_room() const { return load.room > on_its_way(); }
    };
    std::unordered_map<session::SessionNumber, Able> able;
    bool is_handing_out = false;  // what waits
    bool hand_out_again = false;

    static std::string key(std::string_view name, std::string_view filter) {
        return std::string(name).append("/").append(filter);  // a group's name has no slash
    }
};

struct Core;

// At the group's home. The ticket (of shard `from`) is confirmed when every shard knows the way to this
// group.
void join_group(Core& core, ShardIndex from, const GroupJoin& join);
void leave_group(Core& core, ShardIndex from, const GroupLeave& leave);
void set_member_able(Core& core, const MemberAble& change);
void deliver_to_group(Core& core, topics::GroupId group, const session::MessageRef& message);
void return_to_group(Core& core, const GroupReturn& returned);
// The able member that is to have the next message, if there is one.
const topics::GroupMember* choose_member(Core& core, topics::SharedGroup& group);

// At the member's shard.
void receive_from_group(Core& core, const GroupDeliver& delivery);
// Tells the homes of a session's shared subscriptions and queues when it has become able or unable to take
// messages, has room for more than they know of, or (where the least loaded member is chosen) is less loaded.
void update_able(Core& core, session::Session& session);
// For GroupJoin.
MemberLoad load_at_home(const Core& core, const session::Session& session,
                        const session::MessageSource& source);
void send_to_group(Core& core, ShardIndex home, GroupReturn returned);

}  // namespace dray::shard
