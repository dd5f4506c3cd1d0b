// Clients that keep no rules: half packets, damaged ones, packets out of place, silence.
#pragma once

#include <string>

#include "mqtt/packet.h"
#include "network.h"

namespace dray::sim {

class Hostile final : public Receiver {
  public:
    Hostile(Random& chance, Network& network) : chance_(chance), network_(network) {}
    void act();
    void go();

    void receive(std::string_view) override {}
    void connection_ended() override { wire_ = nullptr; }

  private:
    std::string connect() const;
    std::string some_packet();

    Random& chance_;
    Network& network_;
    Wire* wire_ = nullptr;
    mqtt::ProtocolVersion version_{};
    bool is_silent_ = false;  // it has sent half a packet, and sends no more
};

}  // namespace dray::sim
