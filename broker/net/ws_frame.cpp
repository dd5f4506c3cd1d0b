#include "net/ws_frame.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "mqtt/utf8.h"

namespace dray::net {

namespace {

constexpr std::uint8_t kFin = 0x80;
constexpr std::uint8_t kReserved = 0x70;
constexpr std::uint8_t kMasked = 0x80;
constexpr std::size_t kMaskBytes = 4;
constexpr std::size_t kRepliesBytesMax = 2048;

std::uint64_t read_big_endian(const std::uint8_t* from, std::size_t count) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < count; ++i) value = value << 8 | from[i];
    return value;
}

void append_big_endian(std::uint64_t value, std::size_t count, std::string& out) {
    for (std::size_t i = count; i-- > 0;) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

// RFC 6455 section 7.4: those that may stand in a Close frame.
bool may_be_sent(std::uint64_t code) {
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

}  // namespace

void append_ws_header(WsOpcode opcode, std::uint64_t payload_bytes, std::string& out) {
    out += static_cast<char>(kFin | static_cast<std::uint8_t>(opcode));
    if (payload_bytes < 126) {
        out += static_cast<char>(payload_bytes);
    } else if (payload_bytes <= 0xFFFF) {
        out += static_cast<char>(126);
        append_big_endian(payload_bytes, 2, out);
    } else {
        out += static_cast<char>(127);
        append_big_endian(payload_bytes, 8, out);
    }
}

void append_ws_frame(WsOpcode opcode, ByteView payload, std::string& out) {
    append_ws_header(opcode, payload.size(), out);
    out.append(as_text(payload));
}

void append_ws_close(WsCloseCode code, std::string& out) {
    append_ws_header(WsOpcode::kClose, 2, out);
    append_big_endian(static_cast<std::uint64_t>(code), 2, out);
}

WsDecoder::Result WsDecoder::decode(std::span<std::uint8_t> bytes, std::string& replies) {
    result_.data_bytes = 0;
    ByteView rest = bytes;
    while (!rest.empty() && result_.status == Status::kOpen) {
        if (in_header()) {
            // A control frame without payload has nothing to wait for.
            if (!take_header(rest) || in_header()) continue;
            if (is_control() && payload_left_ == 0) answer_control(replies);
        } else if (is_control()) {
            take_control(rest, replies);
        } else {
            const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, rest.size()));
            result_.data_bytes += unmask(rest.first(count), bytes.data() + result_.data_bytes);
            rest = rest.subspan(count);
        }
        if (!in_header() && payload_left_ == 0) {  // the frame is whole; the next header begins
            header_bytes_ = 0;
            header_bytes_needed_ = 2;
        }
    }
    return result_;
}

bool WsDecoder::take_header(ByteView& bytes) {
    while (!bytes.empty() && in_header()) {
        header_[header_bytes_++] = bytes.front();
        bytes = bytes.subspan(1);
        if (header_bytes_ == 2 && header_bytes_needed_ == 2 && !check_first_two()) return false;
    }
    return in_header() || check_length();
}

bool WsDecoder::check_first_two() {
    const bool fin = (header_[0] & kFin) != 0;
    const std::uint8_t length = header_[1] & 0x7F;
    if ((header_[0] & kReserved) != 0) {
        return violation(WsCloseCode::kProtocolError, "a reserved bit is set and no extension was agreed on");
    }
    if ((header_[1] & kMasked) == 0) return violation(WsCloseCode::kProtocolError, "a frame is not masked");
    switch (opcode()) {
        case WsOpcode::kText:  // [MQTT-3.1.1 6.0.0-1]
            return violation(WsCloseCode::kUnsupportedData, "a text frame");
        case WsOpcode::kBinary:
            if (in_message_) return violation(WsCloseCode::kProtocolError, "a message within a message");
            break;
        case WsOpcode::kContinuation:
            if (!in_message_) return violation(WsCloseCode::kProtocolError, "a continuation of nothing");
            break;
        case WsOpcode::kClose:
        case WsOpcode::kPing:
        case WsOpcode::kPong:
            if (!fin) return violation(WsCloseCode::kProtocolError, "a control frame in fragments");
            if (length > kWsControlBytesMax) {
                return violation(WsCloseCode::kProtocolError, "a control frame over 125 bytes");
            }
            break;
        default:
            return violation(WsCloseCode::kProtocolError, "an unknown opcode");
    }
    const std::size_t length_bytes = length == 127 ? 8 : length == 126 ? 2 : 0;
    header_bytes_needed_ = static_cast<std::uint8_t>(2 + length_bytes + kMaskBytes);
    return true;
}

bool WsDecoder::check_length() {
    const std::size_t length_bytes = header_bytes_needed_ - 2 - kMaskBytes;
    payload_left_ = length_bytes == 0 ? header_[1] & 0x7F : read_big_endian(&header_[2], length_bytes);
    if ((length_bytes == 2 && payload_left_ < 126) || (length_bytes == 8 && payload_left_ <= 0xFFFF)) {
        return violation(WsCloseCode::kProtocolError, "a length that is not in its shortest form");
    }
    mask_at_ = 0;
    if (is_control()) return true;
    if (payload_left_ > message_bytes_max_ - message_bytes_) {
        return violation(WsCloseCode::kMessageTooBig, "a message over the limit");
    }
    message_bytes_ += payload_left_;
    in_message_ = (header_[0] & kFin) == 0;
    if (!in_message_) message_bytes_ = 0;
    return true;
}

bool WsDecoder::take_control(ByteView& bytes, std::string& replies) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(payload_left_, bytes.size()));
    const std::size_t before = control_.size();
    control_.resize(before + count);
    unmask(bytes.first(count), reinterpret_cast<std::uint8_t*>(control_.data()) + before);
    bytes = bytes.subspan(count);
    return payload_left_ > 0 || answer_control(replies);
}

bool WsDecoder::answer_control(std::string& replies) {
    bool open = true;
    if (opcode() == WsOpcode::kPing) {
        // Of too many pings at once only the latest are answered, RFC 6455 section 5.5.3.
        if (replies.size() > kRepliesBytesMax) replies.clear();
        append_ws_frame(WsOpcode::kPong, as_bytes(control_), replies);
    }
    if (opcode() == WsOpcode::kClose) open = answer_close(replies);
    std::string().swap(control_);  // and its memory
    return open;
}

bool WsDecoder::answer_close(std::string& replies) {
    if (control_.size() == 1) return violation(WsCloseCode::kProtocolError, "a Close with half a code");
    const ByteView payload = as_bytes(control_);
    if (payload.size() >= 2) {
        if (!may_be_sent(read_big_endian(payload.data(), 2))) {
            return violation(WsCloseCode::kProtocolError, "a Close with a code that may not be sent");
        }
        if (!mqtt::is_valid_utf8(payload.subspan(2))) {
            return violation(WsCloseCode::kInvalidPayload, "a Close whose reason is not UTF-8");
        }
    }
    append_ws_frame(WsOpcode::kClose, payload.first(std::min<std::size_t>(payload.size(), 2)), replies);
    result_.status = Status::kPeerClosed;
    return false;
}

bool WsDecoder::violation(WsCloseCode code, const char* what) {
    result_.status = Status::kViolation;
    result_.code = code;
    result_.what = what;
    return false;
}

std::size_t WsDecoder::unmask(ByteView from, std::uint8_t* to) {
    const std::uint8_t* const key = &header_[header_bytes_needed_ - kMaskBytes];
    std::array<std::uint8_t, 8> turned{};
    for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = key[(mask_at_ + i) % kMaskBytes];
    std::uint64_t wide = 0;
    std::memcpy(&wide, turned.data(), sizeof wide);
    // `to` lies at or before `from` in the same buffer, so eight bytes are read before they are overwritten.
    std::size_t i = 0;
    for (; i + sizeof wide <= from.size(); i += sizeof wide) {
        std::uint64_t eight = 0;
        std::memcpy(&eight, from.data() + i, sizeof eight);
        eight ^= wide;
        std::memcpy(to + i, &eight, sizeof eight);
    }
    for (; i < from.size(); ++i) to[i] = from[i] ^ turned[i % turned.size()];
    mask_at_ = static_cast<std::uint8_t>((mask_at_ + from.size()) % kMaskBytes);
    payload_left_ -= from.size();
    return from.size();
}

}  // namespace dray::net
