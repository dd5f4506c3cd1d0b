// A consumer's side of one MQTT 5 connection, without a socket: bytes in, bytes and messages out.
//
//   start() ──CONNECT──> CONNACK ──SUBSCRIBE──> SUBACK: on_up ──PUBLISH──> on_message
//                                                            <──PUBACK───  acknowledge, when it is handled
//
// It differs from most clients in one thing: PUBACK is sent when the owner says so, not on arrival. So the
// broker keeps a message until its transaction is on disk, and a reason of 0x80 and above gives it back to a
// queue. Acknowledgements go out in the order of the messages [MQTT-5.0 4.6.0-2]: the owner handles them in
// that order.
//
// Bytes are taken apart by the broker's own room `mqtt`. Subscribes at QoS 1; publishes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_view.h"
#include "base/instant.h"
#include "mqtt/packet.h"
#include "services/common/message.h"

namespace dray::service {

class ConsumerSession {
  public:
    struct Options {
        std::string client_id;
        bool persistent_session = true;  // clean start off, expiry of a day
    };
    class Events {
      public:
        virtual ~Events() = default;
        virtual void on_up() = 0;  // connected, and every filter granted
        // The packet id is 0 at QoS 0: nothing is to be acknowledged.
        virtual void on_message(Message message, mqtt::PacketId packet_id) = 0;
    };

    // How many messages may be under way without an acknowledgement [MQTT-5.0 3.1.2.11.3].
    static constexpr std::uint16_t kReceiveMaximum = 512;
    static constexpr std::size_t kPacketBytesMax = std::size_t{256} * 1024;
    static constexpr std::uint16_t kKeepAliveSeconds = 20;

    explicit ConsumerSession(Options options) : options_(std::move(options)) {}

    // The transport is up. `filters`: at least one.
    void start(std::vector<std::string> filters, Instant now);
    void lost();
    bool up() const { return state_ == State::kUp; }

    // Bytes that arrived. Empty, or why the connection must be closed.
    std::string receive(ByteView bytes, Instant now, Events& events);
    // To be called every second or so: PINGREQ when it is due. Empty, or why the connection must be closed.
    std::string tick(Instant now);

    void acknowledge(mqtt::PacketId packet_id, mqtt::ReasonCode reason);
    void disconnect();

    // What is to be sent; taking it empties it.
    std::string take_output() { return std::exchange(output_, {}); }

  private:
    enum class State : std::uint8_t { kDown, kConnecting, kSubscribing, kUp };

    std::string take(const mqtt::Packet& packet, Events& events);
    std::string take_connack(const mqtt::Connack& connack);
    std::string take_suback(const mqtt::Suback& suback, Events& events);

    Options options_;
    std::vector<std::string> filters_;
    State state_ = State::kDown;
    bool ping_pending_ = false;
    Instant last_heard_{};
    Instant last_ping_{};
    std::string input_;  // the beginning of a packet whose rest has not come yet
    std::string output_;
};

}  // namespace dray::service
