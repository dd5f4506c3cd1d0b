#include "bench/connection.h"

#include <algorithm>
#include <array>

#include "bench/failure.h"
#include "mqtt/encode.h"

namespace dray::bench {
namespace {

constexpr std::size_t kPacketBytesMax = 256U << 20;
constexpr std::size_t kReadBytes = 65536;

}  // namespace

Connection::Connection(const Broker& broker, const TlsContext* tls) : transport_(broker, tls) {
    if (!broker.websocket) return;
    websocket_ = WebSocket::kUpgrading;
    out_ = "GET " + broker.path + " HTTP/1.1\r\nHost: " + broker.host +
           "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ZHJheS1iZW5jaC1sb2FkIQ==\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: mqtt\r\n\r\n";
}

void Connection::send(const mqtt::Packet& packet) {
    mqtt::encode(packet, kVersion, packets_);
}

void Connection::publish(const mqtt::Publish& message) {
    const std::size_t begin = packets_.size();
    packets_.resize(begin + mqtt::publish_header_bytes_max(message));
    auto* at = reinterpret_cast<std::uint8_t*>(packets_.data() + begin);
    const auto size = static_cast<std::size_t>(mqtt::encode_publish_header(message, kVersion, at) - at);
    packets_.resize(begin + size);
    packets_ += as_text(message.payload);
}

void Connection::acknowledge(mqtt::PacketType type, mqtt::PacketId packet_id) {
    const auto packet = mqtt::encode_short_acknowledgement(type, packet_id);
    packets_ += as_text(packet.bytes);
}

void Connection::wrap_for_websocket() {
    constexpr std::array<char, 4> kMask{};
    constexpr char kMasked = '\x80';
    const std::size_t size = packets_.size();
    out_ += '\x82';  // final, binary
    const auto append_number = [&](int bytes) {
        for (int i = bytes - 1; i >= 0; --i) out_ += static_cast<char>((size >> (8 * i)) & 0xff);
    };
    if (size < 126) {
        out_ += static_cast<char>(kMasked | static_cast<char>(size));
    } else if (size <= 0xffff) {
        out_ += static_cast<char>(kMasked | 126);
        append_number(2);
    } else {
        out_ += static_cast<char>(kMasked | 127);
        append_number(8);
    }
    out_.append(kMask.data(), kMask.size());
    out_ += packets_;
    packets_.clear();
}

bool Connection::flush() {
    if (websocket_ == WebSocket::kOpen && !packets_.empty()) {
        wrap_for_websocket();
    } else if (websocket_ == WebSocket::kNone) {
        if (out_.empty()) {
            out_.swap(packets_);
        } else {
            out_ += packets_;
            packets_.clear();
        }
    }
    while (out_at_ < out_.size()) {
        const auto sent = transport_.send(std::string_view(out_).substr(out_at_));
        waits_for_room_ = sent.waits_for_room;
        if (sent.status != Transport::Status::kDone) return sent.status == Transport::Status::kLater;
        out_at_ += sent.size;
    }
    out_.clear();
    out_at_ = 0;
    waits_for_room_ = false;
    return true;
}

bool Connection::read(FrameReader& reader) {
    static thread_local std::array<char, kReadBytes> buffer;
    for (;;) {
        const auto got = transport_.read(buffer);
        if (got.status != Transport::Status::kDone) return got.status == Transport::Status::kLater;
        const std::string_view bytes(buffer.data(), got.size);
        if (websocket_ == WebSocket::kNone) {
            in_ += bytes;
        } else if (!take_websocket(bytes)) {
            return false;
        }
        take_frames(reader);
        if (transport_.short_read_is_last() && got.size < buffer.size()) return true;
    }
}

void Connection::take_frames(FrameReader& reader) {
    ByteView rest = as_bytes(in_);
    for (;;) {
        const mqtt::FrameResult next = mqtt::next_frame(rest, kPacketBytesMax, kVersion);
        if (next.status == mqtt::FrameStatus::kNeedMore) break;
        if (next.status == mqtt::FrameStatus::kBad) throw Failure("the broker sent what is no MQTT packet");
        reader.on_frame(next.frame);
        rest = rest.subspan(next.frame.size);
    }
    in_.erase(0, in_.size() - rest.size());
}

// Payload to in_, whatever the cut. False when the broker closed.
bool Connection::take_websocket(std::string_view bytes) {
    while (!bytes.empty()) {
        if (ws_payload_left_ > 0) {
            const auto size =
                static_cast<std::size_t>(std::min<std::uint64_t>(ws_payload_left_, bytes.size()));
            in_ += bytes.substr(0, size);
            bytes.remove_prefix(size);
            ws_payload_left_ -= size;
            continue;
        }
        ws_in_ += bytes.front();
        bytes.remove_prefix(1);
        if (websocket_ == WebSocket::kUpgrading) {
            if (!ws_in_.ends_with("\r\n\r\n")) continue;
            if (!ws_in_.starts_with("HTTP/1.1 101")) {
                throw Failure("the broker refused WebSocket: " + ws_in_.substr(0, ws_in_.find('\r')));
            }
            websocket_ = WebSocket::kOpen;
            ws_in_.clear();
            continue;
        }
        if (ws_in_.size() < 2) continue;
        const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(ws_in_[i]); };
        const std::size_t length_bytes = byte(1) == 127 ? 8 : byte(1) == 126 ? 2 : 0;
        if (ws_in_.size() < 2 + length_bytes) continue;
        ws_payload_left_ = length_bytes == 0 ? byte(1) : 0;
        for (std::size_t i = 2; i < ws_in_.size(); ++i) ws_payload_left_ = ws_payload_left_ << 8 | byte(i);
        const int opcode = byte(0) & 15;
        ws_in_.clear();
        if (opcode == 8) return false;
        // A load has no pause in which a broker would ping.
        if (opcode > 2) throw Failure("the broker sent a WebSocket frame that was not expected");
    }
    return true;
}

}  // namespace dray::bench
