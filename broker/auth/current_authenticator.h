// The authenticator in force, for shards that keep asking while another takes its place: each CONNECT and
// each exchange is decided by the one that it began with.
#pragma once

#include <memory>
#include <mutex>

#include "auth/authenticator.h"

namespace dray::auth {

class CurrentAuthenticator final : public shard::AuthPort {
  public:
    explicit CurrentAuthenticator(std::shared_ptr<const Authenticator> first) : current_(std::move(first)) {}
    // Any thread, as all else here.
    void replace(std::shared_ptr<const Authenticator> next);
    std::shared_ptr<const Authenticator> current() const;

    std::unique_ptr<shard::AuthExchange> begin(std::string_view method) const override;
    shard::AuthAnswer check_password(std::string_view user, ByteView password, Instant now) const override;

  private:
    mutable std::mutex mutex_;
    std::shared_ptr<const Authenticator> current_;
};

}  // namespace dray::auth
