// Tokens that drayd signs itself (token.h): by one an operator who has been let in at the admin API is an
// MQTT client, too, as the user that admin.client_user names. What that user may do the access rules say;
// what the admin API shows he may watch in any case (shard/watches.h).
//
// They are signed by a secret of this process (HS256), so they end with it, and an hour after they were
// given, as does a connection that began with one. Immutable; any thread.
#pragma once

#include <chrono>
#include <string>

#include "auth/token.h"
#include "base/instant.h"

namespace dray::auth {

class OperatorTokens {
  public:
    static constexpr std::chrono::seconds kLifetime{3600};

    explicit OperatorTokens(std::string user);

    const std::string& user() const { return user_; }
    std::string sign(Instant now) const;
    // By which they are checked.
    TokenOptions options() const;

  private:
    std::string user_;
    std::string secret_;
};

}  // namespace dray::auth
