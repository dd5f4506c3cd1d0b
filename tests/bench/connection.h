// One client connection of the load: a non-blocking socket, the bytes that wait to go out and those not
// understood yet. Knows MQTT 3.1.1 frames only as far as a load needs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace dray::bench {

class Connection {
  public:
    explicit Connection(std::uint16_t port);  // throws when refused
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    int fd() const { return fd_; }

    void connect(const std::string& client_id, bool clean_session = true);
    void subscribe(const std::string& filter, int qos);
    // `payload` goes out behind the header of this topic.
    void publish(std::string_view topic, int qos, std::string_view payload);
    void acknowledge(std::uint16_t packet_id);

    // Writes what waits; false when the broker closed.
    bool flush();
    bool wants_to_write() const { return out_at_ < out_.size(); }

    // Reads all there is and hands over each packet: type (1..15), flags, body. False when the broker closed.
    using OnPacket = std::function<void(int type, int flags, std::string_view body)>;
    bool read(const OnPacket& on_packet);

  private:
    void append_header(int first_byte, std::size_t remaining_length);

    int fd_ = -1;
    std::uint16_t next_id_ = 0;
    std::string out_;
    std::size_t out_at_ = 0;
    std::string in_;
};

}  // namespace dray::bench
