// A bridge of a mosquitto.conf, `connection NAME` and what stands below it, as a [[bridge]].
//
//     connection cloud                        [[bridge]]
//     address broker.example.com:8883         name = "cloud"
//     topic order/# out 1 "" south/    ->     address = "broker.example.com:8883"
//     bridge_cafile ca.pem                    version = "3.1.1"
//                                             tls = true …
//
// Each call says what there is to say to the operator, why something was not carried over or what he has to
// see to; empty: nothing. Pure.
#pragma once

#include <string>
#include <string_view>

#include "bridge/bridge_options.h"

namespace dray::ctl {

class MosquittoBridge {
  public:
    explicit MosquittoBridge(std::string_view name);

    // Whether a directive is a bridge's wherever it stands below `connection`.
    static bool has(std::string_view directive);
    std::string take(std::string_view directive, std::string_view value);
    // Nothing more comes.
    std::string finish();
    std::string toml() const;

  private:
    using Taker = std::string (MosquittoBridge::*)(std::string_view value);
    struct Carried {
        std::string_view directive;
        Taker take;
    };
    static const Carried kCarried[];

    std::string take_address(std::string_view value);
    std::string take_topic(std::string_view value);
    std::string take_version(std::string_view value);
    std::string take_user(std::string_view value);
    std::string take_password(std::string_view value);
    std::string take_client_id(std::string_view value);
    std::string take_keep_alive(std::string_view value);
    std::string take_restart_timeout(std::string_view value);
    std::string take_authority(std::string_view value);
    std::string take_certificate(std::string_view value);
    std::string take_private_key(std::string_view value);
    std::string take_system_authorities(std::string_view value);

    bridge::BridgeOptions options_;
    bool says_version_ = false;
};

}  // namespace dray::ctl
