#include "admin/mqtt_client.h"

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/write.hpp>
#include <utility>

#include "admin/event_loop_parts.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"

namespace dray::admin {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t kPacketBytesMax = 256 * 1024 * 1024;  // the broker's limits are stricter
constexpr std::uint32_t kUnacknowledgedMax = 64;

}  // namespace

struct MqttClient::Wire {
    asio::local::stream_protocol::socket socket;
    std::array<char, 16 * 1024> room;
};

std::shared_ptr<MqttClient> MqttClient::connect(EventLoop& loop, reactor::FileDescriptor socket) {
    if (!socket.is_open()) return nullptr;
    std::shared_ptr<MqttClient> client(new MqttClient(loop, std::move(socket)));
    mqtt::PropertyList terms;
    terms.add(mqtt::PropertyId::kReceiveMaximum, kUnacknowledgedMax);
    mqtt::Connect hello;
    hello.properties = terms.view();
    client->send(hello);
    return client;
}

MqttClient::MqttClient(EventLoop& loop, reactor::FileDescriptor socket)
    : wire_(std::make_unique<Wire>(
          Wire{{loop.parts().io, asio::local::stream_protocol(), socket.release()}, {}})) {}

MqttClient::~MqttClient() = default;

void MqttClient::send(const mqtt::Packet& packet) {
    if (is_closed_) return;
    mqtt::encode(packet, mqtt::ProtocolVersion::kV5, out_);
    if (leaving_.empty()) write();
}

void MqttClient::write() {
    std::swap(out_, leaving_);
    asio::async_write(wire_->socket, asio::buffer(leaving_),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                          self->leaving_.clear();
                          // That the connection is over is heard by reading, after what was said before.
                          if (!error && !self->out_.empty()) self->write();
                      });
}

void MqttClient::next(Heard heard) {
    if (is_closed_) return;
    if (!take_one(heard)) read(std::move(heard));
}

bool MqttClient::take_one(const Heard& heard) {
    const ByteView left = as_bytes(in_).subspan(taken_);
    const mqtt::FrameResult found = mqtt::next_frame(left, kPacketBytesMax);
    if (found.status == mqtt::FrameStatus::kNeedMore) return false;
    const auto self = shared_from_this();  // whoever hears may let go of it
    taken_ += found.frame.size;
    const auto packet = found.status == mqtt::FrameStatus::kDone
                            ? mqtt::decode(found.frame, mqtt::ProtocolVersion::kV5)
                            : Result<mqtt::Packet, mqtt::DecodeError>(mqtt::DecodeError{});
    heard(packet ? &*packet : nullptr);
    return true;
}

// Who waits is kept by the reading, not by the client, whom he keeps: a loop that ends lets go of both.
void MqttClient::read(Heard heard) {
    in_.erase(0, std::exchange(taken_, 0));
    wire_->socket.async_read_some(asio::buffer(wire_->room),
                                  [self = shared_from_this(), heard = std::move(heard)](
                                      const error_code& error, std::size_t bytes) mutable {
                                      if (self->is_closed_) return;
                                      if (error) return heard(nullptr);
                                      self->in_.append(self->wire_->room.data(), bytes);
                                      if (!self->take_one(heard)) self->read(std::move(heard));
                                  });
}

void MqttClient::close() {
    send(mqtt::Disconnect{});
    is_closed_ = true;
    wire_->socket.close();
}

}  // namespace dray::admin
