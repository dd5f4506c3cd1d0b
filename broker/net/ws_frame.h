// WebSocket frames, RFC 6455 section 5, for a server whose clients send one long stream of bytes in binary
// messages, as MQTT does [MQTT-3.1.1 6.0.0-1, 6.0.0-2]: packets may be split or joined across frames at will.
//
//     | fin rsv opcode | mask length | length 0/2/8 bytes | masking key | payload … |
//
// Sans-I/O and in place: decode() unmasks the payloads and moves them together at the front of the caller's
// buffer; all it keeps between two calls is a part of a header and, of a control frame, at most 125 bytes.
// That is why boost::beast::websocket::stream is not used here: it owns buffers for each connection and wants
// a read pending on each, and an idle client of ours owns neither.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/byte_view.h"

namespace dray::net {

enum class WsOpcode : std::uint8_t {
    kContinuation = 0,
    kText = 1,
    kBinary = 2,
    kClose = 8,
    kPing = 9,
    kPong = 10,
};

// RFC 6455 section 7.4.1.
enum class WsCloseCode : std::uint16_t {
    kNone = 0,
    kNormal = 1000,
    kGoingAway = 1001,
    kProtocolError = 1002,
    kUnsupportedData = 1003,
    kInvalidPayload = 1007,
    kMessageTooBig = 1009,
};

inline constexpr std::size_t kWsControlBytesMax = 125;

void append_ws_header(WsOpcode opcode, std::uint64_t payload_bytes, std::string& out);
void append_ws_frame(WsOpcode opcode, ByteView payload, std::string& out);
void append_ws_close(WsCloseCode code, std::string& out);

class WsDecoder {
  public:
    // A message (all fragments together) over `message_bytes_max` is refused with 1009.
    explicit WsDecoder(std::uint64_t message_bytes_max) : message_bytes_max_(message_bytes_max) {}

    enum class Status : std::uint8_t { kOpen, kPeerClosed, kViolation };
    struct Result {
        std::size_t data_bytes = 0;  // the payloads' bytes, now at the front of what was given
        Status status = Status::kOpen;
        WsCloseCode code = WsCloseCode::kNone;  // violation: what to close with
        const char* what = "";                  // violation: for the log; a literal
    };
    // Takes all of `bytes`. Pongs and the answer to a Close are appended to `replies` as whole frames. When
    // the status is not kOpen, the rest was ignored and nothing more may be given.
    Result decode(std::span<std::uint8_t> bytes, std::string& replies);

  private:
    static constexpr std::size_t kHeaderBytesMax = 14;

    bool in_header() const { return header_bytes_ < header_bytes_needed_; }
    // Each returns false when the connection must end; result_ then says why.
    bool take_header(ByteView& bytes);
    bool check_first_two();
    bool check_length();
    bool take_control(ByteView& bytes, std::string& replies);
    bool answer_control(std::string& replies);
    bool answer_close(std::string& replies);
    bool violation(WsCloseCode code, const char* what);
    std::size_t unmask(ByteView from, std::uint8_t* to);
    WsOpcode opcode() const { return static_cast<WsOpcode>(header_[0] & 0x0F); }
    bool is_control() const { return (header_[0] & 0x08) != 0; }

    std::uint64_t message_bytes_max_;
    std::uint64_t message_bytes_ = 0;  // of the fragments so far
    std::uint64_t payload_left_ = 0;   // of the current frame
    std::array<std::uint8_t, kHeaderBytesMax> header_{};
    std::uint8_t header_bytes_ = 0;
    std::uint8_t header_bytes_needed_ = 2;
    std::uint8_t mask_at_ = 0;  // which byte of the key is next
    bool in_message_ = false;   // between the fragments of a message
    std::string control_;       // payload of the current control frame
    Result result_;
};

}  // namespace dray::net
