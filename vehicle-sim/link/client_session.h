// The client's side of one MQTT 3.1.1 connection, without a socket: bytes and wishes in, bytes and events
// out.
//
//   down --start()--> connecting --CONNACK 0--> up --lost()--> down --start()--> ...
//
// Publishes of QoS 1 are kept until they are acknowledged and sent again with DUP after a reconnect, oldest
// first [MQTT-3.1.1 4.4.0-1, 4.6.0-1]; of QoS 0 only what can be sent at once is sent. QoS 2 is neither sent
// nor subscribed to. There are thousands of these in a process, so it owns no buffer while nothing is under
// way.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_view.h"
#include "base/instant.h"
#include "mqtt/packet.h"

namespace dray::link {

struct Hello {
    std::string_view client_id;
    std::string_view user_name{};  // empty: none is sent
    std::string_view password{};
    bool clean_session = false;
    std::uint16_t keep_alive_s = 60;
    std::string_view will_topic{};  // empty: no will; else it is published retained at QoS 1
    std::string_view will_payload{};
};

class ClientSession {
  public:
    class Events {
      public:
        virtual ~Events() = default;
        virtual void on_up() = 0;
        virtual void on_message(std::string_view topic, ByteView payload) = 0;
        virtual void on_subscription_refused() = 0;
    };
    static constexpr std::size_t kPacketBytesMax = std::size_t{256} * 1024;
    static constexpr std::size_t kOutputBytesMax = std::size_t{256} * 1024;
    static constexpr std::size_t kUnacknowledgedMax = 256;

    // The transport is up. `now` starts the clock for keep-alive and the wait for CONNACK.
    void start(const Hello& hello, Instant now);
    // The transport is gone; what was not acknowledged is kept.
    void lost();

    // Bytes that arrived. Returns nothing, or why the connection must be closed.
    const char* receive(ByteView bytes, Instant now, Events& events);
    // To be called every second or so. Sends PINGREQ when it is due; returns why the connection must be
    // closed, or nothing. `radio`: whether the vehicle has any where it is.
    const char* tick(Instant now, bool radio = true);

    // False: it was dropped, because the connection is not up (QoS 0) or takes too little (either).
    bool publish(std::string_view topic, std::string_view payload, mqtt::QoS qos, bool retain);
    // Only while up. One packet for all filters; QoS 2 is not for us.
    void subscribe(std::span<const std::string> filters, mqtt::QoS qos);
    void unsubscribe(std::span<const std::string> filters);
    void disconnect();

    bool started() const { return state_ != State::kDown; }
    bool up() const { return state_ == State::kUp; }
    // After a refused CONNECT and until lost(): the return code of section 3.2.2.3 as text, else nothing.
    const char* refusal() const { return refusal_; }
    std::size_t unacknowledged() const { return unacknowledged_ ? unacknowledged_->size() : 0; }

    // What is to be sent; the owner calls sent() for what it has written.
    std::string_view output() const { return std::string_view(output_).substr(sent_); }
    void sent(std::size_t count);

  private:
    enum class State : std::uint8_t { kDown, kConnecting, kUp };
    struct Unacknowledged {
        mqtt::PacketId packet_id{};
        bool retain = false;
        std::string topic;
        std::string payload;
    };

    const char* take_packets(ByteView bytes, Events& events, std::size_t& used);
    const char* take_connack(const mqtt::Connack& connack, Events& events);
    const char* take_packet(const mqtt::Packet& packet, Events& events);
    void take_puback(mqtt::PacketId packet_id);
    void append_publish(const mqtt::Publish& publish);
    void resend();
    mqtt::PacketId next_packet_id();

    State state_ = State::kDown;
    bool ping_pending_ = false;
    std::uint16_t last_packet_id_ = 0;
    std::uint16_t keep_alive_s_ = 60;
    std::uint32_t sent_ = 0;
    Instant last_heard_{};
    const char* refusal_ = nullptr;
    std::string output_;
    std::string input_;  // the beginning of a packet whose rest has not come yet
    // Most vehicles wait for nothing most of the time.
    std::unique_ptr<std::deque<Unacknowledged>> unacknowledged_;
};

}  // namespace dray::link
