// One connection to the broker, as bytes: TCP, or the binary frames of a WebSocket (RFC 6455) whose handshake
// and framing are done here by hand, so that a test decides where frames begin and end. With TLS below
// either: tls_wire.h.
//
// All calls block at most until the deadline. No exceptions once connected: a closed peer is a status.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/deadline.h"

namespace dray::conformance {

enum class Arrival : std::uint8_t { kBytes, kClosed, kNothing };

class Wire {
  public:
    virtual ~Wire() = default;
    // A peer that closed already is no error: what it sent before is still to be read.
    virtual void send(std::string_view bytes) = 0;
    // Appends what has come, waiting for the first of it.
    virtual Arrival receive(std::string& bytes, Deadline deadline) = 0;
    // No more from our side; the peer sees the end of the stream.
    virtual void close_sending() = 0;
};

class TcpWire : public Wire {
  public:
    explicit TcpWire(std::uint16_t port);  // throws when refused
    ~TcpWire() override;
    TcpWire(const TcpWire&) = delete;
    TcpWire& operator=(const TcpWire&) = delete;

    void send(std::string_view bytes) override;
    Arrival receive(std::string& bytes, Deadline deadline) override;
    void close_sending() override;
    int number() const { return fd_; }

  private:
    int fd_ = -1;
};

enum class Opcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10,
};

struct Handshake {
    std::string path = "/mqtt";
    std::string subprotocol = "mqtt";  // empty: the header is left out
    std::string version = "13";
};

class WebSocketWire : public Wire {
  public:
    explicit WebSocketWire(std::unique_ptr<Wire> below, const Handshake& handshake = {});

    // The status line of the answer; subprotocol and key are checked by accepted().
    const std::string& response() const { return response_; }
    bool accepted() const;

    void send(std::string_view bytes) override { send_frame(Opcode::kBinary, bytes); }
    void send_frame(Opcode opcode, std::string_view payload, bool final = true);
    void send_unmasked_frame(std::string_view payload);
    Arrival receive(std::string& bytes, Deadline deadline) override;
    void close_sending() override { below_->close_sending(); }

    std::uint16_t close_code() const { return close_code_; }  // 0: no close frame came
    const std::string& last_pong() const { return last_pong_; }

  private:
    bool take_frame(std::string& bytes);

    std::unique_ptr<Wire> below_;
    std::string response_;
    std::string input_;
    std::string last_pong_;
    std::uint16_t close_code_ = 0;
};

}  // namespace dray::conformance
