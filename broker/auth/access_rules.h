// Decides what clients may do, by roles (access_role.h). Whoever no role allows something may not do it.
//
//     publish, receive     a denied filter takes the topic: no. An allowed one does: yes. Else no.
//     subscribe            a denied filter takes all that the wanted one takes: no. One that is allowed takes
//                          all of it: yes, and what is denied within it is kept back at delivery. Else no.
//
// What was decided about a topic is remembered for each client, so that the next message costs one look.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/access_role.h"
#include "shard/access_port.h"

namespace dray::auth {

// What one client may do, or may receive.
class TopicRules {
  public:
    // If a value cannot be put into the filter, all is refused.
    void deny(const std::string& pattern, const shard::Subject& subject);
    void allow(const std::string& pattern, const shard::Subject& subject);

    bool takes(std::string_view topic);
    bool takes_all_of(std::string_view filter) const;
    const std::vector<std::string>& allowed() const { return allowed_; }
    const std::vector<std::string>& denied() const { return denied_; }

  private:
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    bool decide(std::string_view topic) const;

    std::vector<std::string> allowed_;
    std::vector<std::string> denied_;
    bool is_void_ = false;
    std::unordered_map<std::string, bool, Hash, std::equal_to<>> known_;
};

class ClientRules final : public shard::ClientAccess {
  public:
    ClientRules(const std::vector<AccessRole>& roles, const shard::Subject& subject);

    bool may_publish(std::string_view topic) override { return publish_.takes(topic); }
    bool may_receive(std::string_view topic) override { return receive_.takes(topic); }
    bool may_subscribe(std::string_view filter) const override { return receive_.takes_all_of(filter); }
    const shard::Subject& subject() const override { return subject_; }
    shard::AccessGrants grants() const override {
        return {publish_.allowed(), publish_.denied(), receive_.denied()};
    }

  private:
    shard::Subject subject_;
    TopicRules publish_;
    TopicRules receive_;
};

class AccessRules final : public shard::AccessPort {
  public:
    explicit AccessRules(std::vector<AccessRole> roles) : roles_(std::move(roles)) {}
    std::unique_ptr<shard::ClientAccess> of(const shard::Subject& subject) const override {
        return std::make_unique<ClientRules>(roles_, subject);
    }

  private:
    std::vector<AccessRole> roles_;
};

}  // namespace dray::auth
