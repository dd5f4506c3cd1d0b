// The client's end of one MQTT connection, without a socket: bytes in, packets out, and the other way round.
// What packets mean is its owner's business (relay.h). The CONNECT says which version is spoken, 5.0
// or 3.1.1.
//
//     closed  --greet()-->  greeting  --CONNACK-->  open  --close()-->  closed
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/byte_view.h"
#include "mqtt/decode.h"
#include "mqtt/packet.h"

namespace dray::bridge {

// What a broker grants, MQTT 5.0 section 3.2.2.3. Before 5.0 it says nothing of it.
struct Terms {
    bool session_present = false;
    std::uint16_t receive_max = 65'535;
    std::uint32_t packet_bytes_max = 0xFFFFFFFF;
    mqtt::QoS qos_max = mqtt::QoS::kExactlyOnce;
    bool takes_retained = true;
    std::optional<std::uint16_t> keep_alive_s;  // in place of what was asked for
};

// How a CONNECT of 3.1.1 says who it is of. Mosquitto, and others after its example, take a level with its
// highest bit set for that of a bridge: it is not given what it has brought, and learns what is retained.
enum class Claim : std::uint8_t { kClient, kBridge };

class Link {
  public:
    enum class Phase : std::uint8_t { kClosed, kGreeting, kOpen };

    Phase phase() const { return phase_; }
    bool is_open() const { return phase_ == Phase::kOpen; }
    const Terms& terms() const { return terms_; }  // while open
    mqtt::ProtocolVersion version() const { return version_; }

    void greet(const mqtt::Connect& connect, Claim claim = Claim::kClient);
    void welcome(const mqtt::Connack& connack);
    void close();

    // --- input ---
    void take_in(ByteView bytes);
    struct Next {
        std::optional<mqtt::Packet> packet;  // its views live until the next call of anything here
        std::string fault;                   // what came is no packet, and why; else empty
    };
    Next next(std::size_t packet_bytes_max);

    // --- output ---
    void send(const mqtt::Packet& packet);
    std::string_view output() const { return std::string_view(output_).substr(sent_); }
    void sent(std::size_t bytes);

  private:
    Phase phase_ = Phase::kClosed;
    mqtt::ProtocolVersion version_ = mqtt::ProtocolVersion::kV5;
    Terms terms_;
    std::string input_;
    std::size_t taken_ = 0;  // of input_
    std::string output_;
    std::size_t sent_ = 0;  // of output_
};

}  // namespace dray::bridge
