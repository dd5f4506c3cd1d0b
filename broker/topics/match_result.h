// What SubscriptionTree::match() found. Kept by the caller and used again for the next message, so that
// matching allocates nothing once it has grown to the size of the work; and messages on one topic often come
// in a row, so what was found for it stands until the tree changes. Does not outlive its tree.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mqtt/topic.h"
#include "topics/level_trie.h"
#include "topics/shared_group.h"
#include "topics/subscriber_list.h"

namespace dray::topics {

class SubscriptionTree;

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
        tree_ = nullptr;
    }

  private:
    friend class SubscriptionTree;
    // What this is the answer to.
    const SubscriptionTree* tree_ = nullptr;  // none: to nothing
    std::uint64_t tree_changes_ = 0;
    std::string topic_;
    // What is left to walk: nodes, and the levels below each.
    struct Branch {
        NodeIndex node;
        mqtt::Levels levels;
    };
    std::vector<Branch> branches_;
};

}  // namespace dray::topics
