// LevelTrie<Payload>: topics or filters as paths of levels from a root, one node a level.
//
//     root -- "vehicle" -- "7" -- "location"        the path of vehicle/7/location; each node has a Payload
//                      \-- "+" -- "location"        a wildcard is a level like any other here
//
// The children of all nodes are found in one hash table keyed (parent, level), so a step costs the same
// whether a node has one child or a million. A node lives until remove_while() takes it away. One shard owns
// a trie; no locks.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mqtt/topic.h"
#include "topics/flat_index.h"
#include "topics/level_hash.h"
#include "topics/slab.h"

namespace dray::topics {

using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = FlatIndex::kNone;
inline constexpr NodeIndex kRootNode = 0;

template <typename Payload>
class LevelTrie {
  public:
    struct Node {
        std::string level;
        NodeIndex parent = kNoNode;
        std::uint32_t child_count = 0;
        Payload payload;
    };

    static constexpr std::size_t kPrefetchMax = 8;  // paths at once

    explicit LevelTrie(std::uint64_t hash_seed) : hash_seed_(hash_seed) { nodes_.allocate(); }

    Node& operator[](NodeIndex node) { return nodes_[node]; }
    const Node& operator[](NodeIndex node) const { return nodes_[node]; }

    std::uint64_t hash(std::string_view level) const { return hash_level(level, hash_seed_); }

    NodeIndex child(NodeIndex parent, std::string_view level, std::uint64_t level_hash) const {
        return index_.find(hash_child(parent, level_hash), [&](NodeIndex candidate) {
            const Node& node = nodes_[candidate];
            return node.parent == parent && same_level(node.level, level);
        });
    }
    NodeIndex child(NodeIndex parent, std::string_view level) const {
        return child(parent, level, hash(level));
    }

    // The end of the path, or kNoNode.
    NodeIndex find(std::string_view path) const {
        NodeIndex node = kRootNode;
        mqtt::Levels levels(path);
        while (const auto level = levels.next()) {
            node = child(node, *level);
            if (node == kNoNode) break;
        }
        return node;
    }

    // Brings the nodes of these paths near, for find() and child() soon after: one path's way to memory goes
    // on while the others have theirs.
    void prefetch(std::span<const std::string_view> paths) const {
        struct Walk {
            mqtt::Levels levels;
            NodeIndex node = kRootNode;
            std::uint32_t hash = 0;
        };
        std::array<Walk, kPrefetchMax> walks;
        std::size_t count = 0;
        for (const std::string_view path : paths) walks[count++].levels = mqtt::Levels(path);
        while (count > 0) {
            const auto step = [&](auto goes_on) {
                std::size_t left = 0;
                for (Walk& walk : std::span(walks).first(count)) {
                    if (goes_on(walk)) walks[left++] = walk;
                }
                count = left;
            };
            step([&](Walk& walk) {
                const auto level = walk.levels.next();
                if (!level) return false;
                walk.hash = hash_child(walk.node, hash(*level));
                index_.prefetch(walk.hash);
                return true;
            });
            step([&](Walk& walk) {
                walk.node = index_.find(walk.hash, [](NodeIndex) { return true; });  // most likely
                if (walk.node == kNoNode) return false;
                const Node& node = nodes_[walk.node];
                __builtin_prefetch(&node);
                __builtin_prefetch(reinterpret_cast<const char*>(&node + 1) - 1);
                return true;
            });
        }
    }

    // The end of the path, made where it was missing; on_added(node) is told of each new node, parents first.
    template <typename OnAdded>
    NodeIndex find_or_add(std::string_view path, OnAdded on_added) {
        NodeIndex node = kRootNode;
        mqtt::Levels levels(path);
        while (const auto level = levels.next()) {
            const std::uint64_t level_hash = hash(*level);
            const NodeIndex known = child(node, *level, level_hash);
            node = known != kNoNode ? known : add(node, *level, level_hash, on_added);
        }
        return node;
    }

    // Removes `node` and then its ancestors, each only if it has no children and may_remove(payload) holds;
    // on_removing(node) is told before each.
    template <typename MayRemove, typename OnRemoving>
    void remove_while(NodeIndex node, MayRemove may_remove, OnRemoving on_removing) {
        while (node != kRootNode && nodes_[node].child_count == 0 && may_remove(nodes_[node].payload)) {
            const NodeIndex parent = nodes_[node].parent;
            on_removing(node);
            index_.erase(hash_child(parent, hash(nodes_[node].level)), node);
            nodes_.free(node);
            --nodes_[parent].child_count;
            node = parent;
        }
    }

    // The root not counted.
    std::size_t node_count() const { return nodes_.size() - 1; }
    std::size_t memory_bytes() const { return nodes_.memory_bytes() + index_.memory_bytes(); }

  private:
    template <typename OnAdded>
    NodeIndex add(NodeIndex parent, std::string_view level, std::uint64_t level_hash, OnAdded& on_added) {
        const NodeIndex node = nodes_.allocate();
        nodes_[node].level = level;
        nodes_[node].parent = parent;
        ++nodes_[parent].child_count;
        index_.insert(hash_child(parent, level_hash), node);
        on_added(node);
        return node;
    }

    Slab<Node> nodes_;
    FlatIndex index_;
    std::uint64_t hash_seed_;
};

}  // namespace dray::topics
