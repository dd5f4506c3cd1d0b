// Who wants what, for one shard: topic filters with their local subscribers, the other shards that have some
// (routes), and the shared groups whose home this shard is.
//
//     filter  a/+/c  ->  local subscribers { session, options, subscription id }
//                        routes            { shards 1 and 3 }
//                        groups            { "workers": members on any shard }
//
// Matching walks the topic's levels once, from the root, through the literal child, '+' and '#' of each node
// reached: its cost depends on the topic's depth and on the takers, not on the number of filters. Wildcards
// in the first level do not take '$' topics [MQTT-3.1.1 4.7.2-1].
//
// Filters are valid (decode.h saw to that) and without the $share/<group>/ part. One shard owns a tree, and
// each of its calls runs to its end without I/O or locks. Memory: about 200 bytes for a client with one
// filter of its own of two levels below a common prefix.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "topics/level_trie.h"
#include "topics/match_result.h"
#include "topics/shared_group.h"
#include "topics/slab.h"
#include "topics/subscriber_list.h"

namespace dray::topics {

using ShardIndex = std::uint8_t;  // 0 to 63

class SubscriptionTree {
  public:
    // A seed that peers cannot guess keeps them from choosing levels that collide.
    explicit SubscriptionTree(std::uint64_t hash_seed) : trie_(hash_seed) {}

    // "Local" counts subscribers and shared groups alike: either makes this shard a taker, which the others
    // have to know when it begins and when it ends.
    struct Added {
        bool is_new = false;                     // else it replaced what this session had
        bool is_first_local_for_filter = false;  // announce the route
    };
    struct Removed {
        bool existed = false;
        bool was_last_local_for_filter = false;  // withdraw the route
    };

    Added subscribe(std::string_view filter, const Subscriber& subscriber);
    Removed unsubscribe(std::string_view filter, SessionIndex session);
    // nullptr where there is none; valid until the tree changes.
    const Subscriber* find(std::string_view filter, SessionIndex session) const;

    Added join(std::string_view group, std::string_view filter, const GroupMember& member);
    // The last member takes the group with it.
    Removed leave(std::string_view group, std::string_view filter, MemberId member);
    SharedGroup& group(GroupId id) { return groups_[id]; }
    // nullptr where there is none; valid until the tree changes.
    SharedGroup* find_group(std::string_view group, std::string_view filter);

    // Whether that changed anything.
    bool add_route(std::string_view filter, ShardIndex shard);
    bool remove_route(std::string_view filter, ShardIndex shard);

    // Fills `out` with all that takes the topic, which is a valid topic name, and with nothing else.
    void match(std::string_view topic, MatchResult& out) const;

    // Brings near what match() will look at for these topics, if the tree is so large that it may be far.
    static constexpr std::size_t kPrefetchMax = LevelTrie<int>::kPrefetchMax;
    void prefetch(std::span<const std::string_view> topics) const {
        if (is_large()) trie_.prefetch(topics);
    }
    bool is_large() const { return trie_.node_count() > kNodesNear; }

    std::size_t subscription_count() const { return subscription_count_; }  // members of groups included
    std::size_t node_count() const { return trie_.node_count(); }
    std::size_t memory_bytes() const;

  private:
    struct Takers {
        SubscriberList subscribers;
        std::uint64_t remote_shards = 0;
        GroupId first_group = kNoGroup;
        // The wildcard children, found without a look into the index.
        NodeIndex plus_child = kNoNode;
        NodeIndex hash_child = kNoNode;

        bool has_local() const { return !subscribers.empty() || first_group != kNoGroup; }
        bool is_empty() const { return !has_local() && remote_shards == 0; }
    };
    static constexpr GroupId kNoGroup = 0xffffffff;
    static constexpr std::size_t kNodesNear = 10'000;  // about a megabyte

    NodeIndex node_for(std::string_view filter);
    void remove_if_empty(NodeIndex node);
    void link_wildcard(NodeIndex node, NodeIndex child);
    GroupId group_of(NodeIndex node, std::string_view name) const;
    GroupId add_group(NodeIndex node, std::string_view name, std::string_view filter);
    void remove_group(NodeIndex node, GroupId id);
    void follow(MatchResult::Branch branch, bool wildcards_match_first, MatchResult& out) const;
    void take(NodeIndex node, MatchResult& out) const;
    bool stands(std::string_view topic, const MatchResult& found) const;

    LevelTrie<Takers> trie_;
    Slab<SharedGroup> groups_;
    std::size_t subscription_count_ = 0;
    std::uint64_t changes_ = 0;  // counted by whatever changes what a topic matches
};

}  // namespace dray::topics
