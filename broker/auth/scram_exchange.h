// The server's half of one SCRAM-SHA-256 exchange, RFC 5802 and RFC 7677, over MQTT's AUTH packets:
//
//     client-first   n,,n=<user>,r=<its nonce>                  in CONNECT, or else in AUTH
//     server-first   r=<both nonces>,s=<salt>,i=<iterations>
//     client-final   c=biws,r=<both nonces>,p=<proof>
//     server-final   v=<our proof>                              in CONNACK, or in AUTH 0x00
//
// No channel binding; an authorization identity must be the user itself. A user who does not exist, or whose
// hash does not serve SCRAM, gets a salt all the same, always the same one, and fails at the proof: nobody
// learns who exists. Costs four HMACs.
#pragma once

#include <string>

#include "auth/password_file.h"
#include "shard/auth_port.h"

namespace dray::auth {

class ScramExchange final : public shard::AuthExchange {
  public:
    struct Secrets {
        std::string fake_salt_key;  // of this broker: what the salts of nobody are made from
        std::string nonce;          // ours: printable, without comma, never used before
    };
    // `users` outlives the exchange.
    ScramExchange(const Users& users, Secrets secrets) : users_(users), secrets_(std::move(secrets)) {}

    shard::AuthAnswer next(std::string_view data) override;

  private:
    enum class Step : std::uint8_t { kFirst, kFinal, kDone };
    shard::AuthAnswer take_first(std::string_view data);
    shard::AuthAnswer take_final(std::string_view data);

    const Users& users_;
    Secrets secrets_;
    Step step_ = Step::kFirst;
    bool is_known_ = false;
    std::string user_;
    ScramVerifier verifier_;
    std::string gs2_header_;  // "n,," as the client sent it
    std::string nonce_;       // both
    std::string first_bare_;  // client-first without the header
    std::string server_first_;
};

}  // namespace dray::auth
