// A new subscriber of everything: learns which messages are retained.
#pragma once

#include <charconv>
#include <cstdint>
#include <map>
#include <string>

#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "network.h"

namespace dray::sim {

class Witness final : public Receiver {
  public:
    explicit Witness(Network& network) {
        Wire& wire = network.open(*this, "witness");
        mqtt::Connect connect;
        connect.version = mqtt::ProtocolVersion::kV311;
        connect.client_id = "witness";
        mqtt::encode(connect, connect.version, wire.to_broker);
        mqtt::encode(mqtt::Subscribe{mqtt::PacketId{1}, {}, {{"#", {}}}}, connect.version, wire.to_broker);
    }
    void receive(std::string_view bytes) override {
        input_ += bytes;
        for (;;) {
            const mqtt::FrameResult next =
                mqtt::next_frame(as_bytes(input_), 1 << 20, mqtt::ProtocolVersion::kV311);
            if (next.status != mqtt::FrameStatus::kDone) return;
            if (next.frame.type == mqtt::PacketType::kPublish) {
                const auto publish = mqtt::decode_publish(next.frame, mqtt::ProtocolVersion::kV311);
                const std::string_view text = as_text(publish->payload);
                std::from_chars(text.data(), text.data() + text.size(),
                                retained[std::string(publish->topic)]);
            }
            input_.erase(0, next.frame.size);
        }
    }
    void connection_ended() override {}

    std::map<std::string, std::uint32_t, std::less<>> retained;  // message numbers, by topic

  private:
    std::string input_;
};

}  // namespace dray::sim
