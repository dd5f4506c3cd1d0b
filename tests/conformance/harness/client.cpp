#include "harness/client.h"

#include <algorithm>
#include <chrono>

#include "harness/conversation.h"
#include "mqtt/decode.h"

namespace dray::conformance {
namespace {

constexpr std::size_t kPacketBytesMax = 268'435'460;
constexpr std::chrono::milliseconds kQuiet{60};

std::string spelled_out(std::string_view bytes) {
    std::string text;
    for (const char c : bytes.substr(0, 48)) {
        constexpr const char* kDigits = "0123456789abcdef";
        const auto byte = static_cast<std::uint8_t>(c);
        text += {kDigits[byte >> 4], kDigits[byte & 15], ' '};
    }
    return text + (bytes.size() > 48 ? "..." : "");
}

bool is_failure(const mqtt::Packet& packet) {
    if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) return mqtt::is_failure(connack->reason);
    const auto* disconnect = std::get_if<mqtt::Disconnect>(&packet);
    return disconnect != nullptr && mqtt::is_failure(disconnect->reason);
}

}  // namespace

Client::Client(Conversation& conversation, std::string name, std::unique_ptr<Wire> wire,
               ProtocolVersion version)
    : conversation_(conversation), name_(std::move(name)), wire_(std::move(wire)), version_(version) {}

Client& Client::sends(const Outgoing& packet, Where where) {
    if (conversation_.failed()) return *this;
    if (ended_) fail("sends on a connection that has ended", where);
    const std::string bytes = packet.encode(version_);
    const mqtt::FrameResult frame = mqtt::next_frame(as_bytes(bytes), kPacketBytesMax);
    const bool whole = frame.status == mqtt::FrameStatus::kDone && frame.frame.size == bytes.size();
    const auto decoded = whole ? mqtt::decode(frame.frame, version_) : mqtt::DecodeError{};
    conversation_.note(name_ + " -> " + (decoded ? describe(*decoded) : "bytes " + spelled_out(bytes)));
    send_in_pieces(bytes);
    return *this;
}

Client& Client::sends(const ConnectPacket& packet, Where where) {
    version_ = packet.own_version().value_or(version_);
    return sends(static_cast<Outgoing>(packet), where);
}

void Client::send_in_pieces(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const std::size_t size = conversation_.piece_size(bytes.size() - at);
        wire_->send(std::string_view(bytes).substr(at, size));
        at += size;
    }
}

Client::Outcome Client::next(std::unique_ptr<Received>& received, Deadline deadline) {
    for (;;) {
        const mqtt::FrameResult result = mqtt::next_frame(as_bytes(input_), kPacketBytesMax);
        if (result.status == mqtt::FrameStatus::kBad) return Outcome::kMalformed;
        if (result.status == mqtt::FrameStatus::kDone) {
            received = std::make_unique<Received>();
            received->bytes = input_.substr(0, result.frame.size);
            const auto again = mqtt::next_frame(as_bytes(received->bytes), kPacketBytesMax);
            const auto packet = mqtt::decode(again.frame, version_);
            if (!packet) {
                conversation_.note(name_ + " <- undecodable (" + packet.error().what + ") " +
                                   spelled_out(received->bytes));
                return Outcome::kMalformed;
            }
            input_.erase(0, result.frame.size);
            received->packet = *packet;
            conversation_.note(name_ + " <- " + describe(received->packet));
            note_id(received->packet);
            return Outcome::kPacket;
        }
        const Arrival arrival = wire_->receive(input_, deadline);
        if (arrival == Arrival::kNothing) return Outcome::kTimeout;
        if (arrival == Arrival::kClosed) {
            conversation_.note(name_ + " <- closed");
            ended_ = true;
            return input_.empty() ? Outcome::kClosed : Outcome::kMalformed;
        }
    }
}

void Client::note_id(const mqtt::Packet& packet) {
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
        last_id_ = static_cast<std::uint16_t>(publish->packet_id);
    } else if (const auto* pubrel = std::get_if<mqtt::Pubrel>(&packet)) {
        last_id_ = static_cast<std::uint16_t>(pubrel->packet_id);
    } else if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) {
        connected_ = !mqtt::is_failure(connack->reason);
    }
}

void Client::fail(const std::string& what, Where where) {
    conversation_.fail(name_ + ": " + what, where);
}

Client& Client::gets(const Expected& expected, Where where) {
    return gets_in_any_order({expected}, where);
}

Client& Client::gets_in_any_order(std::vector<Expected> expected, Where where) {
    while (!expected.empty() && !conversation_.failed()) {
        std::string wanted;
        for (const Expected& one : expected) wanted += (wanted.empty() ? "" : "  or  ") + one.text;
        std::unique_ptr<Received> received;
        switch (next(received, Deadline::standard())) {
            case Outcome::kPacket:
                break;
            case Outcome::kClosed:
                fail("expected " + wanted + "\n  but the broker closed", where);
                return *this;
            case Outcome::kTimeout:
                fail("expected " + wanted + "\n  but nothing came", where);
                return *this;
            case Outcome::kMalformed:
                fail("expected " + wanted + "\n  got malformed bytes", where);
                return *this;
        }
        const auto match = std::find_if(expected.begin(), expected.end(), [&](const Expected& one) {
            return one.matches(received->packet, version_);
        });
        if (match == expected.end()) {
            fail("expected " + wanted + "\n  got      " + describe(received->packet), where);
            return *this;
        }
        expected.erase(match);
    }
    return *this;
}

Client& Client::gets_nothing(Where where) {
    sends(pingreq(), where).gets(pingresp(), where);
    if (conversation_.failed()) return *this;
    std::unique_ptr<Received> received;
    const Outcome outcome = next(received, Deadline::in(kQuiet));
    if (outcome == Outcome::kPacket)
        fail("expected nothing\n  got      " + describe(received->packet), where);
    if (outcome == Outcome::kClosed) fail("expected nothing, but the broker closed", where);
    return *this;
}

Client& Client::connects(const std::string& client_id, Where where) {
    return connects(connect(client_id), false, where);
}

Client& Client::connects(const ConnectPacket& packet, bool session_present, Where where) {
    return sends(packet, where).gets(connack().session_present(session_present), where);
}

Client& Client::subscribes(const std::string& filter, int qos, Where where) {
    return sends(subscribe(filter, qos), where).gets(suback({qos}), where);
}

Client& Client::publishes(const PublishPacket& packet, Where where) {
    sends(packet, where);
    if (packet.qos() == 1) gets(puback(packet.id()), where);
    if (packet.qos() == 2) {
        gets(pubrec(packet.id()), where).sends(pubrel(packet.id()), where).gets(pubcomp(packet.id()), where);
    }
    return *this;
}

Client& Client::takes(const PublishPacket& packet, Where where) {
    gets(packet, where);
    if (packet.qos() == 1) sends(puback(last_id_), where);
    if (packet.qos() == 2) {
        const std::uint16_t id = last_id_;
        sends(pubrec(id), where).gets(pubrel(id), where).sends(pubcomp(id), where);
    }
    return *this;
}

bool Client::waits_for_end(const char* after, Where where) {
    std::unique_ptr<Received> received;
    const Deadline deadline = Deadline::standard();
    Outcome outcome = Outcome::kPacket;
    while (outcome == Outcome::kPacket) outcome = next(received, deadline);
    if (outcome == Outcome::kTimeout) fail(std::string("the broker does not close after ") + after, where);
    ended_ = true;
    return outcome == Outcome::kClosed;
}

Client& Client::disconnects(Where where) {
    sends(disconnect(), where);
    if (!conversation_.failed()) waits_for_end("DISCONNECT", where);
    return *this;
}

Client& Client::drops(Where where) {
    if (conversation_.failed()) return *this;
    conversation_.note(name_ + " -> end of stream");
    wire_->close_sending();
    waits_for_end("the end of the stream", where);
    return *this;
}

Client& Client::is_closed(Where where) {
    if (conversation_.failed()) return *this;
    std::unique_ptr<Received> received;
    switch (next(received, Deadline::standard())) {
        case Outcome::kClosed:
            break;
        case Outcome::kPacket:
            fail("expected the end\n  got      " + describe(received->packet), where);
            break;
        case Outcome::kTimeout:
            fail("expected the end, but the connection stays open", where);
            break;
        case Outcome::kMalformed:
            fail("expected the end\n  got      malformed bytes", where);
            break;
    }
    ended_ = true;
    return *this;
}

Client& Client::is_refused(const std::vector<ReasonCode>& reasons, Where where) {
    if (conversation_.failed()) return *this;
    if (version_ != v5) return is_closed(where);
    std::unique_ptr<Received> received;
    const Outcome outcome = next(received, Deadline::standard());
    if (outcome == Outcome::kClosed && conversation_.peer_may_stay_silent()) return *this;
    std::string wanted;
    for (const ReasonCode reason : reasons) {
        const Expected expected = connected_ ? static_cast<Expected>(disconnect(reason)) : connack(reason);
        if (outcome == Outcome::kPacket && expected.matches(received->packet, version_))
            return is_closed(where);
        wanted += (wanted.empty() ? "" : "  or  ") + expected.text;
    }
    if (outcome == Outcome::kPacket && conversation_.peer_may_stay_silent() && is_failure(received->packet)) {
        return is_closed(where);
    }
    const std::string got = outcome == Outcome::kPacket    ? describe(received->packet)
                            : outcome == Outcome::kTimeout ? "nothing; the connection stays open"
                            : outcome == Outcome::kClosed  ? "the end of the connection without a reason"
                                                           : "malformed bytes";
    fail("expected " + wanted + "\n  got      " + got, where);
    return *this;
}

Client& Client::is_turned_away(Where where) {
    if (conversation_.failed()) return *this;
    std::unique_ptr<Received> received;
    Outcome outcome = next(received, Deadline::standard());
    if (outcome == Outcome::kPacket) {
        const auto* connack = std::get_if<mqtt::Connack>(&received->packet);
        if (connack == nullptr || !mqtt::is_failure(connack->reason)) {
            fail("expected to be turned away\n  got      " + describe(received->packet), where);
        }
        outcome = next(received, Deadline::standard());
    }
    if (outcome != Outcome::kClosed) fail("expected to be turned away, but the connection stays open", where);
    ended_ = true;
    return *this;
}

std::unique_ptr<Received> Client::next() {
    std::unique_ptr<Received> received;
    if (!conversation_.failed()) next(received, Deadline::standard());
    return received;
}

std::vector<std::string> Client::payloads_so_far() {
    std::vector<std::string> payloads;
    std::unique_ptr<Received> received;
    while (!conversation_.failed() && next(received, Deadline::in(kQuiet)) == Outcome::kPacket) {
        const auto* publish = std::get_if<mqtt::Publish>(&received->packet);
        if (publish == nullptr) continue;
        payloads.emplace_back(as_text(publish->payload));
        if (publish->qos == mqtt::QoS::kAtLeastOnce) sends(puback(last_id_));
    }
    return payloads;
}

std::optional<std::string> Client::next_description() {
    const std::unique_ptr<Received> received = next();
    return received ? std::optional(describe(received->packet)) : std::nullopt;
}

}  // namespace dray::conformance
