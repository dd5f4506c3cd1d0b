// One MQTT 3.1.1 client's connection: packets go out in batches, over TCP, TLS or WebSocket; frames come in.
//
// Over WebSocket each batch is one frame. Its mask is zero, which section 5.3 of RFC 6455 allows to the
// letter (the payload is no attacker's), so that the load program does not spend what the broker should.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/transport.h"
#include "mqtt/decode.h"
#include "mqtt/packet.h"

namespace dray::bench {

// Every load speaks MQTT 3.1.1.
inline constexpr auto kVersion = mqtt::ProtocolVersion::kV311;

// Told of each frame; its bytes live as long as the call.
class FrameReader {
  public:
    virtual ~FrameReader() = default;
    virtual void on_frame(const mqtt::Frame& frame) = 0;
};

class Connection {
  public:
    Connection(const Broker& broker, const TlsContext* tls);

    int fd() const { return transport_.fd(); }

    // What is encoded here leaves with the next flush().
    void send(const mqtt::Packet& packet);
    void publish(const mqtt::Publish& message);  // the same, without a variant
    void acknowledge(mqtt::PacketType type, mqtt::PacketId packet_id);

    bool flush();  // false when the broker closed
    bool waits_for_room() const { return waits_for_room_; }

    // Reads what there is and hands over each frame; false when the broker closed. Throws Failure when the
    // broker sends what is no MQTT.
    bool read(FrameReader& reader);

  private:
    void take_frames(FrameReader& reader);
    bool take_websocket(std::string_view bytes);
    void wrap_for_websocket();

    enum class WebSocket : std::uint8_t { kNone, kUpgrading, kOpen };

    Transport transport_;
    WebSocket websocket_ = WebSocket::kNone;
    bool waits_for_room_ = false;
    std::string packets_;     // not on their way yet
    std::string out_;         // as the transport sends it
    std::size_t out_at_ = 0;  // sent so far
    std::string in_;          // MQTT that is not a whole frame yet
    std::string ws_in_;       // WebSocket's answer or frame header that is not whole yet
    std::uint64_t ws_payload_left_ = 0;
};

}  // namespace dray::bench
