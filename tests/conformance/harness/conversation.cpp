#include "harness/conversation.h"

#include <gtest/gtest.h>

#include "harness/tls_wire.h"

namespace dray::conformance {

Conversation::Conversation(const Setup& setup, ProtocolVersion version)
    : setup_(setup), version_(version), broker_(setup), random_(setup.seed) {}

std::unique_ptr<Wire> Conversation::connect_wire() {
    switch (setup_.transport) {
        case Transport::kTcp:
            return std::make_unique<TcpWire>(broker_.mqtt_port());
        case Transport::kTls:
            return std::make_unique<TlsWire>(broker_.mqtts_port(), broker_.certificate_file());
        default:
            break;
    }
    auto wire = websocket_wire({});
    if (!wire->accepted()) throw std::runtime_error("WebSocket handshake refused: " + wire->response());
    return wire;
}

std::unique_ptr<WebSocketWire> Conversation::websocket_wire(const Handshake& handshake) {
    if (setup_.transport != Transport::kWss) {
        return std::make_unique<WebSocketWire>(std::make_unique<TcpWire>(broker_.ws_port()), handshake);
    }
    return std::make_unique<WebSocketWire>(
        std::make_unique<TlsWire>(broker_.wss_port(), broker_.certificate_file()), handshake);
}

Client& Conversation::renew(const std::string& name, ProtocolVersion version, std::unique_ptr<Wire> wire) {
    auto& slot = clients_[name];
    slot = std::make_unique<Client>(*this, name, std::move(wire), version);
    return *slot;
}

Client& Conversation::client(const std::string& name) {
    return client_of(version_, name);
}

Client& Conversation::client_of(ProtocolVersion version, const std::string& name) {
    const auto found = clients_.find(name);
    if (found != clients_.end() && (!found->second->ended() || failed_)) return *found->second;
    return renew(name, version, connect_wire());
}

Client& Conversation::websocket_client(const std::string& name, const Handshake& handshake) {
    const auto found = clients_.find(name);
    if (found != clients_.end() && (!found->second->ended() || failed_)) return *found->second;
    return renew(name, version_, websocket_wire(handshake));
}

void Conversation::fail(const std::string& what, std::source_location where) {
    if (failed_) return;
    failed_ = true;
    ADD_FAILURE_AT(where.file_name(), static_cast<int>(where.line()))
        << what << "\nthe conversation so far (DRAY_SEED=" << setup_.seed << "):\n"
        << lines_;
}

std::size_t Conversation::piece_size(std::size_t left) {
    constexpr std::uint64_t kWholeInTen = 6;
    constexpr std::size_t kPieceMax = 7;
    if (left > 4096 || random_() % 10 < kWholeInTen) return left;
    return std::min(left, 1 + random_() % kPieceMax);
}

}  // namespace dray::conformance
