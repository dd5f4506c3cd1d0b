// A QoS 1 or 2 message that was acknowledged comes to some member of every shared group that had one when it
// was sent and has had one since, none of them at QoS 0. What waits with a group is in memory only: a crash
// may lose it. So may the end of a member's session what was on its way to that member at QoS 2 or, if it was
// the last, what waited; and so may a full queue. Those losses are in the books.
#include <map>
#include <set>

#include "laws/laws.h"
#include "mqtt/topic.h"
#include "situation.h"

namespace dray::sim {

namespace {

class EachSharedMessageHasAMember final : public Law {
  public:
    std::string_view name() const override { return "each shared message has a member"; }

    void subscribed(const Subscription& subscription) override {
        if (subscription.group.empty()) return;
        Group& group = groups_[{subscription.group, subscription.filter}];
        group.members[subscription.client] = subscription.lasts;
        group.may_lose |= subscription.options.qos == mqtt::QoS::kAtMostOnce;
    }
    void unsubscribed(const Subscription& subscription) override {
        for (auto& [key, group] : groups_) {
            if (key == std::pair(subscription.group, subscription.filter)) leave(group, subscription.client);
        }
    }
    // The broker may know of it before the client does.
    void disconnected(const std::string& client) override {
        for (auto& [key, group] : groups_) {
            const auto member = group.members.find(client);
            if (member != group.members.end() && !member->second) leave(group, client);
        }
    }
    void session_ended(const std::string& client) override {
        for (auto& [key, group] : groups_) leave(group, client);
    }
    void crashed() override {
        for (auto& [key, group] : groups_) {
            group.owed.clear();
            std::erase_if(group.members, [](const auto& member) { return !member.second; });
        }
    }
    void sent(const Message& message) override {
        if (message.qos == mqtt::QoS::kAtMostOnce || message.is_empty) return;
        for (auto& [key, group] : groups_) {
            if (!group.members.empty() && mqtt::matches(key.second, message.topic))
                group.owed.insert(&message);
        }
    }
    void arrived(const Arrival& arrival) override {
        for (auto& [key, group] : groups_) {
            if (key.first == arrival.group) group.owed.erase(&arrival.message);
        }
    }
    void at_the_end(Situation& situation) override {
        const auto& discarded = situation.books().discarded;
        std::uint64_t excused = discarded[static_cast<std::size_t>(shard::Discard::kQueueFull)] +
                                discarded[static_cast<std::size_t>(shard::Discard::kSessionEnded)] +
                                discarded[static_cast<std::size_t>(shard::Discard::kNoMember)];
        for (const auto& [key, group] : groups_) {
            if (group.may_lose) continue;
            for (const Message* message : group.owed) {
                if (message->fate != Message::Fate::kAccepted) continue;
                if (message->expires_at <= situation.cluster().now()) continue;
                if (excused-- == 0)
                    return broken(describe(*message) + " came to nobody of " + key.first + " " + key.second);
            }
        }
    }

  private:
    struct Group {
        std::map<std::string, bool> members;  // whether their sessions last
        std::set<const Message*> owed;
        bool may_lose = false;
    };
    // The last member takes what waits with it.
    static void leave(Group& group, const std::string& client) {
        if (group.members.erase(client) > 0 && group.members.empty()) group.owed.clear();
    }
    std::map<std::pair<std::string, std::string>, Group> groups_;
};

}  // namespace

std::unique_ptr<Law> each_shared_message_has_a_member() {
    return std::make_unique<EachSharedMessageHasAMember>();
}

}  // namespace dray::sim
