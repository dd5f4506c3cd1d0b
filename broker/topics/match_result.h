// What SubscriptionTree::match() found. Kept by the caller and used again for the next message, so that
// matching allocates nothing once it has grown to the size of the work.
#pragma once

#include <cstdint>
#include <vector>

#include "topics/level_trie.h"
#include "topics/shared_group.h"
#include "topics/subscriber_list.h"

namespace dray::topics {

struct MatchResult {
    // One for each matching filter: a session with overlapping filters comes several times.
    std::vector<Subscriber> subscribers;
    std::vector<GroupId> groups;      // valid until the tree changes
    std::uint64_t remote_shards = 0;  // a bit for each other shard that has a taker

    bool empty() const { return subscribers.empty() && groups.empty() && remote_shards == 0; }
    void clear() {
        subscribers.clear();
        groups.clear();
        remote_shards = 0;
    }

  private:
    friend class SubscriptionTree;
    // The nodes that the levels read so far have led to, and those of the next level.
    std::vector<NodeIndex> reached_;
    std::vector<NodeIndex> reached_next_;
};

}  // namespace dray::topics
