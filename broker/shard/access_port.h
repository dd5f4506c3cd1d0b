// What a shard asks of whoever knows the access rules (room auth): may this client publish, subscribe,
// receive? One AccessPort serves all shards, from their threads, at the same time; what it makes for a client
// belongs to the shard of that client.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dray::shard {

// What a token says of its bearer; a name that says several things is there several times.
using Claims = std::vector<std::pair<std::string, std::string>>;

// Whom rules are about.
struct Subject {
    std::string client_id;
    std::string user;  // who has been proven, by whatever means; empty: nobody
    Claims claims;
};

// What is allowed and denied a client, as filters with its own values in them.
struct AccessGrants {
    std::vector<std::string> publish;
    std::vector<std::string> deny_publish;
    std::vector<std::string> deny_subscribe;
};

// The rules for one client, as long as it is connected.
class ClientAccess {
  public:
    virtual ~ClientAccess() = default;
    virtual bool may_publish(std::string_view topic) = 0;
    virtual bool may_receive(std::string_view topic) = 0;
    // Whether something that the filter takes may be received. Never a $share filter.
    virtual bool may_subscribe(std::string_view filter) const = 0;
    // For operators (access_losses.h).
    virtual const Subject& subject() const = 0;
    virtual AccessGrants grants() const = 0;
};

class AccessPort {
  public:
    virtual ~AccessPort() = default;
    virtual std::unique_ptr<ClientAccess> of(const Subject& subject) const = 0;
};

}  // namespace dray::shard
