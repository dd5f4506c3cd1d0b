// The access rules in force. Others may take their place while clients are connected: each client's rules are
// made anew when they are asked next, so no shard has to be told, and nobody is disconnected. What a client
// has subscribed to and may not receive any more is held back at delivery (shard/access.h).
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "auth/access_rules.h"

namespace dray::auth {

class CurrentAccessRules final : public shard::AccessPort {
  public:
    explicit CurrentAccessRules(std::shared_ptr<const AccessRules> first) : current_(std::move(first)) {}
    // Any thread, as all else here.
    void replace(std::shared_ptr<const AccessRules> next);

    // It must not outlive this.
    std::unique_ptr<shard::ClientAccess> of(const shard::Subject& subject) const override;

    std::uint64_t version() const { return version_.load(std::memory_order_acquire); }
    // And the version that they are.
    std::pair<std::shared_ptr<const AccessRules>, std::uint64_t> current() const;

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const AccessRules> current_;
    std::atomic<std::uint64_t> version_ = 1;
};

}  // namespace dray::auth
