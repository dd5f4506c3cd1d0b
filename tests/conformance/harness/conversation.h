// What the clients of one test share: the broker, the record of everything said so far, the seed, and whether
// the test has failed already.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <source_location>
#include <string>

#include "harness/broker_process.h"
#include "harness/client.h"

namespace dray::conformance {

class Conversation {
  public:
    Conversation(const Setup& setup, ProtocolVersion version);

    // The client of that name; one whose connection has ended comes back with a new connection.
    Client& client(const std::string& name);
    // The one that was given last under that name, ended or not.
    Client& known_client(const std::string& name) { return *clients_.at(name); }
    // The same over a WebSocket or with another version, whatever the test's own are.
    Client& websocket_client(const std::string& name, const Handshake& handshake = {});
    Client& client_of(ProtocolVersion version, const std::string& name);

    BrokerProcess& broker() { return broker_; }
    bool is_mosquitto() const { return setup_.broker == BrokerKind::kMosquitto; }
    // The peer may close without a reason where the specification leaves that to the server.
    bool peer_may_stay_silent() const { return is_mosquitto(); }

    void note(const std::string& line) { lines_ += "  " + line + "\n"; }
    void fail(const std::string& what, std::source_location where);
    bool failed() const { return failed_; }

    // How much of `left` bytes goes out at once.
    std::size_t piece_size(std::size_t left);

  private:
    Client& renew(const std::string& name, ProtocolVersion version, std::unique_ptr<Wire> wire);
    std::unique_ptr<Wire> connect_wire();
    std::unique_ptr<WebSocketWire> websocket_wire(const Handshake& handshake);

    const Setup& setup_;
    ProtocolVersion version_;
    BrokerProcess broker_;
    std::mt19937_64 random_;
    std::map<std::string, std::unique_ptr<Client>> clients_;
    std::string lines_;
    bool failed_ = false;
};

}  // namespace dray::conformance
