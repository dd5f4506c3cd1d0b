// A bridge with its sockets, in a thread of its own: it connects, serves the relay, and comes back after a
// wait when a connection is lost.
//
//     Bridge bridge(options, {...});   bridge.start();   ...   bridge.ask_to_stop();   bridge.wait(deadline)
//
// Certificates are read for each attempt, so renewed ones are taken by themselves.
#pragma once

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "bridge/backoff.h"
#include "bridge/bridge_options.h"
#include "bridge/figures.h"
#include "bridge/own_thread.h"
#include "bridge/relay.h"
#include "net/address.h"
#include "net/outgoing.h"
#include "reactor/event_source.h"
#include "reactor/log.h"

namespace dray::bridge {

// What this broker is to its bridge.
struct Home {
    net::Address address;  // of the private socket that lets it in
    std::string site;
    std::string password;  // to show to the other broker
    std::uint16_t receive_max = 0;
    std::uint32_t packet_bytes_max = 0;
};

class Bridge final : private RelayEvents {
  public:
    Bridge(BridgeOptions options, const Home& home);  // throws std::system_error
    Bridge(const Bridge&) = delete;
    Bridge& operator=(const Bridge&) = delete;

    void start();
    // --- any thread ---
    void ask_to_stop() { thread_.ask_to_stop(); }
    const Figures& figures() const { return figures_; }
    // --- the thread that has started it ---
    // False: it is still busy with a look-up of the other broker's name.
    [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline) { return thread_.wait(deadline); }

  private:
    // One of the two connections, and what its socket has told.
    struct Channel final : reactor::EventSource {
        void on_events(std::uint32_t) override { may_read = may_write = true; }
        std::unique_ptr<net::Outgoing> connection;
        bool is_established = false;
        bool may_read = false;
        bool may_write = false;
    };

    Channel& channel(Side side) { return channels_[static_cast<std::size_t>(side)]; }
    void run();
    // Each returns why the attempt has failed; empty: it has not.
    std::string connect_remote();
    std::string open(Side side, const net::Address& address, std::shared_ptr<const net::TlsContext> tls,
                     const std::string& host);
    std::string serve();
    std::string go_on(Side side);
    std::string read(Side side);
    std::string write(Side side);
    void converse();
    void take_leave();
    void hang_up(const std::string& why);

    void on_up(bool session_present) override;
    void on_subscription_refused(Side by, std::string_view filter, mqtt::ReasonCode reason) override;
    void on_not_given(Side to, std::string_view topic, std::string_view why) override;
    void on_refused(Side by, mqtt::PacketId packet_id, mqtt::ReasonCode reason) override;

    BridgeOptions options_;
    net::Address home_;
    Figures figures_;
    Relay relay_;
    std::array<Channel, 2> channels_;
    Backoff backoff_;
    Instant up_since_;
    bool made_progress_ = false;  // in this round: there may be more to do
    std::size_t attempts_ = 0;    // which of the other broker's addresses is next
    reactor::LogBudget message_lines_;
    OwnThread thread_;  // last, so that it ends first
};

}  // namespace dray::bridge
