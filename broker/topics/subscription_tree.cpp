#include "topics/subscription_tree.h"

#include "base/assert.h"

namespace dray::topics {

SubscriptionTree::Added SubscriptionTree::subscribe(std::string_view filter, const Subscriber& subscriber) {
    ++changes_;
    Takers& takers = trie_[node_for(filter)].payload;
    const bool had_local = takers.has_local();
    const bool is_new = takers.subscribers.put(subscriber);
    if (is_new) ++subscription_count_;
    return {.is_new = is_new, .is_first_local_for_filter = !had_local};
}

SubscriptionTree::Removed SubscriptionTree::unsubscribe(std::string_view filter, SessionIndex session) {
    ++changes_;
    const NodeIndex node = trie_.find(filter);
    if (node == kNoNode || !trie_[node].payload.subscribers.remove(session)) return {};
    --subscription_count_;
    const bool was_last = !trie_[node].payload.has_local();
    remove_if_empty(node);
    return {.existed = true, .was_last_local_for_filter = was_last};
}

const Subscriber* SubscriptionTree::find(std::string_view filter, SessionIndex session) const {
    const NodeIndex node = trie_.find(filter);
    return node == kNoNode ? nullptr : trie_[node].payload.subscribers.find(session);
}

SubscriptionTree::Added SubscriptionTree::join(std::string_view group, std::string_view filter,
                                               const GroupMember& member) {
    ++changes_;
    const NodeIndex node = node_for(filter);
    const bool had_local = trie_[node].payload.has_local();
    GroupId id = group_of(node, group);
    if (id == kNoGroup) id = add_group(node, group, filter);
    const bool is_new = groups_[id].put(member);
    if (is_new) ++subscription_count_;
    return {.is_new = is_new, .is_first_local_for_filter = !had_local};
}

SubscriptionTree::Removed SubscriptionTree::leave(std::string_view group, std::string_view filter,
                                                  MemberId member) {
    ++changes_;
    const NodeIndex node = trie_.find(filter);
    if (node == kNoNode) return {};
    const GroupId id = group_of(node, group);
    if (id == kNoGroup || !groups_[id].remove(member)) return {};
    --subscription_count_;
    if (groups_[id].members().empty()) remove_group(node, id);
    const bool was_last = !trie_[node].payload.has_local();
    remove_if_empty(node);
    return {.existed = true, .was_last_local_for_filter = was_last};
}

SharedGroup* SubscriptionTree::find_group(std::string_view group, std::string_view filter) {
    const NodeIndex node = trie_.find(filter);
    if (node == kNoNode) return nullptr;
    const GroupId id = group_of(node, group);
    return id == kNoGroup ? nullptr : &groups_[id];
}

bool SubscriptionTree::add_route(std::string_view filter, ShardIndex shard) {
    ++changes_;
    DRAY_ASSERT(shard < 64);
    std::uint64_t& shards = trie_[node_for(filter)].payload.remote_shards;
    const std::uint64_t before = shards;
    shards |= std::uint64_t{1} << shard;
    return shards != before;
}

bool SubscriptionTree::remove_route(std::string_view filter, ShardIndex shard) {
    ++changes_;
    DRAY_ASSERT(shard < 64);
    const NodeIndex node = trie_.find(filter);
    if (node == kNoNode) return false;
    std::uint64_t& shards = trie_[node].payload.remote_shards;
    const std::uint64_t before = shards;
    shards &= ~(std::uint64_t{1} << shard);
    const bool existed = shards != before;
    remove_if_empty(node);
    return existed;
}

void SubscriptionTree::match(std::string_view topic, MatchResult& out) const {
    if (stands(topic, out)) return;
    out.clear();
    out.tree_ = this;
    out.tree_changes_ = changes_;
    out.topic_ = topic;
    out.branches_.clear();
    follow({kRootNode, mqtt::Levels(topic)}, !topic.starts_with('$'), out);
    while (!out.branches_.empty()) {
        const MatchResult::Branch branch = out.branches_.back();
        out.branches_.pop_back();
        follow(branch, true, out);
    }
}

bool SubscriptionTree::stands(std::string_view topic, const MatchResult& found) const {
    return found.tree_ == this && found.tree_changes_ == changes_ && found.topic_ == topic;
}

// Down the literal children: each node on the way gives its '#', and its '+' is a branch of its own.
void SubscriptionTree::follow(MatchResult::Branch branch, bool wildcards_match_first,
                              MatchResult& out) const {
    auto& [node, levels] = branch;
    while (const auto level = levels.next()) {
        const Takers& takers = trie_[node].payload;
        if (node != kRootNode || wildcards_match_first) {
            if (takers.hash_child != kNoNode) take(takers.hash_child, out);
            if (takers.plus_child != kNoNode) out.branches_.push_back({takers.plus_child, levels});
        }
        node = trie_.child(node, *level);
        if (node == kNoNode) return;
    }
    take(node, out);
    // "a/#" takes "a" as well, MQTT 3.1.1 section 4.7.1.2.
    const NodeIndex hash_child = trie_[node].payload.hash_child;
    if (hash_child != kNoNode) take(hash_child, out);
}

void SubscriptionTree::take(NodeIndex node, MatchResult& out) const {
    const Takers& takers = trie_[node].payload;
    const auto subscribers = takers.subscribers.view();
    if (subscribers.size() == 1) {
        out.subscribers.push_back(subscribers.front());
    } else {
        out.subscribers.insert(out.subscribers.end(), subscribers.begin(), subscribers.end());
    }
    out.remote_shards |= takers.remote_shards;
    for (GroupId id = takers.first_group; id != kNoGroup; id = groups_[id].next_in_node_) {
        out.groups.push_back(id);
    }
}

NodeIndex SubscriptionTree::node_for(std::string_view filter) {
    return trie_.find_or_add(filter, [this](NodeIndex added) { link_wildcard(added, added); });
}

void SubscriptionTree::remove_if_empty(NodeIndex node) {
    trie_.remove_while(
        node, [](const Takers& takers) { return takers.is_empty(); },
        [this](NodeIndex removing) { link_wildcard(removing, kNoNode); });
}

// Tells the parent of `node`, if that is a wildcard, where to find it from now on.
void SubscriptionTree::link_wildcard(NodeIndex node, NodeIndex child) {
    const std::string& level = trie_[node].level;
    Takers& parent = trie_[trie_[node].parent].payload;
    if (level == "+") parent.plus_child = child;
    if (level == "#") parent.hash_child = child;
}

GroupId SubscriptionTree::group_of(NodeIndex node, std::string_view name) const {
    GroupId id = trie_[node].payload.first_group;
    while (id != kNoGroup && groups_[id].name_ != name) id = groups_[id].next_in_node_;
    return id;
}

GroupId SubscriptionTree::add_group(NodeIndex node, std::string_view name, std::string_view filter) {
    const GroupId id = groups_.allocate();
    groups_[id].id_ = id;
    groups_[id].filter_ = filter;
    groups_[id].name_ = name;
    groups_[id].next_in_node_ = trie_[node].payload.first_group;
    trie_[node].payload.first_group = id;
    return id;
}

void SubscriptionTree::remove_group(NodeIndex node, GroupId id) {
    GroupId* link = &trie_[node].payload.first_group;
    while (*link != id) link = &groups_[*link].next_in_node_;
    *link = groups_[id].next_in_node_;
    groups_.free(id);
}

std::size_t SubscriptionTree::memory_bytes() const {
    return trie_.memory_bytes() + groups_.memory_bytes();
}

}  // namespace dray::topics
