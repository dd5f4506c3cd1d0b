// The connections of a whole fleet to one broker, in one thread: as many MQTT clients as there are vehicles.
//
//   * the fleet is let in at no more than so many connections a second; a lost connection comes back after a
//   wait that
//     doubles each time and is drawn at random below that bound, so that a broker's restart is no stampede
//   * what a turn of the loop publishes on one connection leaves in one write
//   * a waiting connection owns no read buffer
// All calls on the loop's thread. Links are known by their number, 0 to count - 1.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "link/client_session.h"
#include "link/loop.h"

namespace dray::link {

struct Broker {
    std::string host = "127.0.0.1";
    std::uint16_t port = 1883;
    std::string user_name{};
    std::string password{};
};

struct LinkOptions {
    Broker broker{};
    // Addresses to connect from, in turn. None: the system's choice; to a broker on loopback so many of
    // 127.0.0.x that the ports suffice.
    std::vector<std::string> sources{};
    std::uint32_t connects_per_second_max = 500;
    std::chrono::milliseconds retry_wait_min{500};
    std::chrono::milliseconds retry_wait_max{30000};
};

struct LinkFigures {
    std::uint32_t up = 0;
    std::uint64_t messages_sent = 0;
    std::uint64_t messages_received = 0;
    std::uint64_t bytes_sent = 0;
    std::uint64_t bytes_received = 0;
    std::uint64_t dropped = 0;  // publishes that a connection which was down or too slow did not take
    std::uint64_t connects = 0;
    std::uint64_t losses = 0;
    std::uint64_t failures = 0;  // of attempts to connect
    std::uint64_t subscriptions_refused = 0;
};

class Links {
  public:
    // All links are away until they are told to connect.
    class Owner {
      public:
        virtual ~Owner() = default;
        // What vehicle `link` says when it connects. The views must stay valid until the call after.
        virtual Hello hello(std::uint32_t link) = 0;
        virtual void on_up(std::uint32_t link) = 0;
        virtual void on_message(std::uint32_t link, std::string_view topic, ByteView payload) = 0;
    };

    Links(Loop& loop, std::uint32_t count, const LinkOptions& options, Owner& owner);
    ~Links();
    Links(const Links&) = delete;
    Links& operator=(const Links&) = delete;

    // Finds the broker's addresses and those to connect from. Returns nothing, or what is wrong with them.
    std::string resolve();
    // Connects links first .. last - 1, as fast as the rate allows.
    void connect(std::uint32_t first, std::uint32_t last);
    // Sends DISCONNECT after what is still to be sent; the link stays away until it is told to connect.
    void disconnect(std::uint32_t link);
    bool disconnected(std::uint32_t link) const;
    // Without radio nothing is read, written or connected; the connection stays open, as long as both ends
    // have patience.
    void set_radio(std::uint32_t link, bool works);
    // All connections are cut and none is made until this is said with `false`.
    void cut(bool away);

    bool up(std::uint32_t link) const;
    bool publish(std::uint32_t link, std::string_view topic, std::string_view payload, mqtt::QoS qos,
                 bool retain = false);
    void subscribe(std::uint32_t link, std::span<const std::string> filters, mqtt::QoS qos);
    void unsubscribe(std::uint32_t link, std::span<const std::string> filters);
    // Keep-alive; to be called about once a second for every link.
    void tick(std::uint32_t link);
    // Sends DISCONNECT after what is still to be sent, and does not come back. When the broker has closed
    // every connection, or `deadline` has passed, `done` is called.
    void disconnect_all(Instant deadline, std::function<void()> done);

    const LinkFigures& figures() const;
    // Why the latest attempt failed or connection was lost; empty when none has.
    const std::string& last_error() const;
    bool last_error_is_refusal() const;

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace dray::link
