// The client's end of one MQTT 5.0 connection, without a socket: bytes in, packets out, and the other way
// round. What packets mean is its owner's business (relay.h).
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

// What a broker grants, MQTT 5.0 section 3.2.2.3.
struct Terms {
    bool session_present = false;
    std::uint16_t receive_max = 65'535;
    std::uint32_t packet_bytes_max = 0xFFFFFFFF;
    mqtt::QoS qos_max = mqtt::QoS::kExactlyOnce;
    bool takes_retained = true;
    std::optional<std::uint16_t> keep_alive_s;  // in place of what was asked for
};

class Link {
  public:
    enum class Phase : std::uint8_t { kClosed, kGreeting, kOpen };

    Phase phase() const { return phase_; }
    bool is_open() const { return phase_ == Phase::kOpen; }
    const Terms& terms() const { return terms_; }  // while open

    void greet(const mqtt::Connect& connect);
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
    Terms terms_;
    std::string input_;
    std::size_t taken_ = 0;  // of input_
    std::string output_;
    std::size_t sent_ = 0;  // of output_
};

}  // namespace dray::bridge
