// Retained messages by topic name, and walks over those that a filter takes.
//
//     RetainedTree<Ref<Message>> tree(seed);
//     tree.set("a/b", message);
//     auto walk = tree.walk("a/#");
//     while (!walk.done()) walk.next(1000, [](const Ref<Message>& message) { ... });
//
// A walk stops after so many nodes and goes on when called again, however long that takes and whatever
// changes in between, so that a wildcard SUBSCRIBE over a million topics can be streamed. The rule:
//   - a topic that is there from the walk's beginning to its end is given exactly once,
//   - one that is set, or erased, meanwhile is given at most once,
//   - what is given is the value of that moment.
// (New nodes are linked before their older siblings, where a walk does not come by again; and the node that a
// walk stands on is kept until it has moved on.) Wildcards in the first level do not take '$' topics
// [MQTT-3.1.1 4.7.2-1].
//
// Value is a reference: default constructed it is empty, and tests false. One shard owns a tree and its
// walks, which must not outlive it; no locks.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "base/assert.h"
#include "topics/level_trie.h"
#include "topics/walk_pattern.h"

namespace dray::topics {

template <typename Value>
class RetainedTree {
    struct Entry {
        Value value{};
        // Siblings are chained, newest first.
        NodeIndex first_child = kNoNode;
        NodeIndex next_sibling = kNoNode;
        NodeIndex previous_sibling = kNoNode;
        std::uint32_t walks_here = 0;
    };

  public:
    class Walk;

    explicit RetainedTree(std::uint64_t hash_seed) : trie_(hash_seed) {}
    RetainedTree(const RetainedTree&) = delete;
    RetainedTree& operator=(const RetainedTree&) = delete;

    // Returns what was there; `value` is not empty.
    Value set(std::string_view topic, Value value) {
        DRAY_ASSERT(value);
        const NodeIndex node = trie_.find_or_add(topic, [this](NodeIndex added) { link(added); });
        Value before = std::exchange(trie_[node].payload.value, std::move(value));
        if (!before) ++size_;
        return before;
    }

    // Returns what was there.
    Value erase(std::string_view topic) {
        const NodeIndex node = trie_.find(topic);
        if (node == kNoNode) return Value{};
        Value before = std::exchange(trie_[node].payload.value, Value{});
        if (before) --size_;
        remove_if_empty(node);
        return before;
    }

    // nullptr where there is none; valid until the tree changes.
    const Value* find(std::string_view topic) const {
        const NodeIndex node = trie_.find(topic);
        return node == kNoNode || !trie_[node].payload.value ? nullptr : &trie_[node].payload.value;
    }

    // `filter` is a valid topic filter without $share/<group>/.
    Walk walk(std::string_view filter) { return Walk(*this, filter); }

    std::size_t size() const { return size_; }
    std::size_t node_count() const { return trie_.node_count(); }
    std::size_t memory_bytes() const { return trie_.memory_bytes(); }

  private:
    void link(NodeIndex node) {
        Entry& parent = trie_[trie_[node].parent].payload;
        trie_[node].payload.next_sibling = parent.first_child;
        if (parent.first_child != kNoNode) trie_[parent.first_child].payload.previous_sibling = node;
        parent.first_child = node;
    }

    void unlink(NodeIndex node) {
        const Entry& entry = trie_[node].payload;
        if (entry.next_sibling != kNoNode) {
            trie_[entry.next_sibling].payload.previous_sibling = entry.previous_sibling;
        }
        if (entry.previous_sibling != kNoNode) {
            trie_[entry.previous_sibling].payload.next_sibling = entry.next_sibling;
        } else {
            trie_[trie_[node].parent].payload.first_child = entry.next_sibling;
        }
    }

    void remove_if_empty(NodeIndex node) {
        trie_.remove_while(
            node, [](const Entry& entry) { return !entry.value && entry.walks_here == 0; },
            [this](NodeIndex removing) { unlink(removing); });
    }

    LevelTrie<Entry> trie_;
    std::size_t size_ = 0;
};

// Stands on a node of the tree, which is kept for it; moved, not copied.
template <typename Value>
class RetainedTree<Value>::Walk {
  public:
    Walk(RetainedTree& tree, std::string_view filter) : tree_(&tree), pattern_(filter) { enter(kRootNode); }
    Walk(Walk&& other) noexcept
        : tree_(other.tree_),
          pattern_(std::move(other.pattern_)),
          node_(std::exchange(other.node_, kNoNode)),
          depth_(other.depth_) {}
    Walk& operator=(Walk&& other) noexcept {
        std::swap(tree_, other.tree_);
        std::swap(pattern_, other.pattern_);
        std::swap(node_, other.node_);
        std::swap(depth_, other.depth_);
        return *this;
    }
    ~Walk() { go_to(kNoNode); }

    bool done() const { return node_ == kNoNode; }

    // Goes on for at most `nodes_max` nodes and calls visit(value) for each match. A node may match or not,
    // so that a filter that takes little of a large tree does not hold up the shard either. `visit` leaves
    // the tree alone.
    template <typename Visit>
    void next(std::size_t nodes_max, Visit visit) {
        for (; nodes_max > 0 && !done(); --nodes_max) {
            advance();
            if (done() || !pattern_.takes(depth_)) continue;
            const Value& value = tree_->trie_[node_].payload.value;
            if (value) visit(value);
        }
    }

  private:
    // Depth first: to the first child, else to the next sibling of the node or of its nearest ancestor.
    void advance() {
        NodeIndex to = pattern_.goes_below(depth_) ? first_child() : kNoNode;
        if (to != kNoNode) {
            ++depth_;
            return go_to(to);
        }
        for (NodeIndex from = node_; from != kRootNode; from = tree_->trie_[from].parent, --depth_) {
            if (pattern_.literal(depth_ - 1) != nullptr) continue;  // it has no like
            to = accepted(tree_->trie_[from].payload.next_sibling, depth_ - 1);
            if (to != kNoNode) return go_to(to);
        }
        go_to(kNoNode);
    }

    NodeIndex first_child() const {
        if (const std::string* literal = pattern_.literal(depth_)) return tree_->trie_.child(node_, *literal);
        return accepted(tree_->trie_[node_].payload.first_child, depth_);
    }

    // The first of `node` and its following siblings that the wildcard at `depth` accepts.
    NodeIndex accepted(NodeIndex node, std::size_t depth) const {
        while (node != kNoNode && !WalkPattern::wildcard_accepts(depth, tree_->trie_[node].level)) {
            node = tree_->trie_[node].payload.next_sibling;
        }
        return node;
    }

    void go_to(NodeIndex node) {
        const NodeIndex left = node_;
        enter(node);
        if (left == kNoNode) return;
        --tree_->trie_[left].payload.walks_here;
        tree_->remove_if_empty(left);
    }
    void enter(NodeIndex node) {
        node_ = node;
        if (node != kNoNode) ++tree_->trie_[node].payload.walks_here;
    }

    RetainedTree* tree_;
    WalkPattern pattern_;
    NodeIndex node_ = kNoNode;
    std::size_t depth_ = 0;
};

}  // namespace dray::topics
