#include "hostile.h"

#include "mqtt/encode.h"

namespace dray::sim {

namespace {

// It may share its client id with nobody else, but with another of its kind.
constexpr std::string_view kClientId = "hostile";

}  // namespace

// A CONNECT is sent whole and undamaged, or it could begin a session that lasts.
std::string Hostile::connect() const {
    mqtt::Connect packet;
    packet.version = version_;
    packet.client_id = kClientId;
    std::string bytes;
    mqtt::encode(packet, version_, bytes);
    return bytes;
}

std::string Hostile::some_packet() {
    const auto id = mqtt::PacketId(1 + chance_.below(5));
    const mqtt::Acknowledgement acknowledgement{id, mqtt::ReasonCode::kSuccess, {}};
    const mqtt::Packet packets[] = {mqtt::Subscribe{id, {}, {{"#", {}}}},
                                    mqtt::Unsubscribe{id, {}, {"#"}},
                                    mqtt::Puback{acknowledgement},
                                    mqtt::Pubrec{acknowledgement},
                                    mqtt::Pubrel{acknowledgement},
                                    mqtt::Pubcomp{acknowledgement},
                                    mqtt::Pingreq{}};
    std::string bytes;
    mqtt::encode(packets[chance_.below(std::size(packets))], version_, bytes);
    if (chance_.below(4) == 0)
        bytes[chance_.below(bytes.size())] ^= static_cast<char>(1U << chance_.below(8));
    if (chance_.below(4) == 0) {
        bytes.resize(1 + chance_.below(bytes.size()));
        is_silent_ = true;
    }
    return bytes;
}

void Hostile::act() {
    if (wire_ == nullptr) {
        wire_ = &network_.open(*this, std::string(kClientId));
        wire_->behaves = false;
        is_silent_ = false;
        version_ = chance_.below(2) == 0 ? mqtt::ProtocolVersion::kV311 : mqtt::ProtocolVersion::kV5;
        if (chance_.below(8) != 0) wire_->to_broker = connect();
        return;
    }
    switch (chance_.below(8)) {
        case 0:
            return network_.cut(*wire_);
        case 1:
            wire_->is_reading = !wire_->is_reading;
            return;
        case 2:
            if (!wire_->ends_at_broker && !is_silent_) wire_->to_broker += connect();  // a second one
            return;
        default:
            if (!wire_->ends_at_broker && !is_silent_) wire_->to_broker += some_packet();
    }
}

void Hostile::go() {
    if (wire_ != nullptr) network_.hang_up(*wire_);
    wire_ = nullptr;
}

}  // namespace dray::sim
