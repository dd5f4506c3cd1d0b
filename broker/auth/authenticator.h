// Checks clients against a password file: by SCRAM-SHA-256, and by User Name and Password; and tokens that
// stand in place of the password, whatever the User Name says. Shared by all shards.
//
// What a password in CONNECT costs the shard that asks is what its hash costs: with SCRAM's 4096 iterations 2
// ms on one core of a small cloud machine, with argon2id 30 ms and 19 MiB of memory. SCRAM costs the client
// that work, and the broker some microseconds. So that a fleet that comes back is not checked for seconds, a
// password that was right is remembered as an HMAC under a key of this process, and costs a microsecond the
// next time. A wrong password and an unknown user always cost the whole hash: they take the same time if all
// users' hashes do.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "auth/password_file.h"
#include "auth/token.h"
#include "shard/auth_port.h"
#include "shard/users_gone.h"

namespace dray::auth {

class Authenticator final : public shard::AuthPort {
  public:
    // `signers`: whose tokens are taken.
    explicit Authenticator(Users users, std::vector<TokenOptions> signers = {});

    std::unique_ptr<shard::AuthExchange> begin(std::string_view method) const override;
    shard::AuthAnswer check_password(std::string_view user, ByteView password, Instant now) const override;

    // Those that `next` does not know any more.
    shard::UserNames users_gone_in(const Authenticator& next) const;

  private:
    shard::AuthAnswer check_signed(std::string_view token, Instant now) const;
    bool was_right_before(const std::string& user, std::string_view fingerprint) const;

    Users users_;
    std::vector<TokenOptions> signers_;
    std::string key_;      // of this process: fingerprints, and the salts of users who do not exist
    PasswordHash nobody_;  // checked in place of users who do not exist
    mutable std::mutex mutex_;
    mutable std::unordered_map<std::string, std::string> fingerprints_;  // by user
};

}  // namespace dray::auth
