// A client of a transcript. Every call does what it says or fails the test at the caller's line, with the
// whole conversation so far; after a failure the remaining calls of that test do nothing, so it ends at once.
//
//     client("a").connects("c1").subscribes("news/#", 1);
//     client("b").connects("c2").publishes(publish("news/beer", "fresh").qos(1));
//     client("a").gets(publish("news/beer", "fresh").qos(1)).sends(puback(client("a").last_id()));
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "harness/packets.h"
#include "harness/wire.h"

namespace dray::conformance {

class Conversation;

// A packet with the bytes that its views point into.
struct Received {
    std::string bytes;
    mqtt::Packet packet;
};

class Client {
  public:
    using Where = std::source_location;

    Client(Conversation& conversation, std::string name, std::unique_ptr<Wire> wire, ProtocolVersion version);

    // One packet out. Its bytes may reach the broker in pieces: where they are cut follows the seed.
    Client& sends(const Outgoing& packet, Where where = Where::current());
    Client& sends(const ConnectPacket& packet, Where where = Where::current());
    // The next packet in is this one.
    Client& gets(const Expected& expected, Where where = Where::current());
    // The next packets in are these, in whatever order.
    Client& gets_in_any_order(std::vector<Expected> expected, Where where = Where::current());
    // A PINGREQ comes back with nothing before or shortly after it.
    Client& gets_nothing(Where where = Where::current());

    // CONNECT and its CONNACK.
    Client& connects(const std::string& client_id, Where where = Where::current());
    Client& connects(const ConnectPacket& packet, bool session_present = false,
                     Where where = Where::current());
    // SUBSCRIBE and a SUBACK that grants what was asked for.
    Client& subscribes(const std::string& filter, int qos = 0, Where where = Where::current());
    // PUBLISH and all that belongs to its QoS.
    Client& publishes(const PublishPacket& packet, Where where = Where::current());
    // The PUBLISH comes in and is acknowledged as its QoS wants.
    Client& takes(const PublishPacket& packet, Where where = Where::current());

    // DISCONNECT, then waits until the broker has closed the connection.
    Client& disconnects(Where where = Where::current());
    // The connection ends without DISCONNECT; waits until the broker noticed.
    Client& drops(Where where = Where::current());
    // Nothing more comes, and the broker closes the connection.
    Client& is_closed(Where where = Where::current());
    // The broker closes, saying why where the version allows: DISCONNECT (or CONNACK before it was connected)
    // with one of these reasons in 5.0, silence in 3.1.1. The peer may leave the reason out, as section 4.13
    // permits.
    Client& is_refused(const std::vector<ReasonCode>& reasons, Where where = Where::current());
    Client& is_refused(ReasonCode reason, Where where = Where::current()) {
        return is_refused(std::vector{reason}, where);
    }
    // Never connected: at most one CONNACK that refuses, then the end.
    Client& is_turned_away(Where where = Where::current());

    // Identifier of the last PUBLISH or PUBREL that came in.
    std::uint16_t last_id() const { return last_id_; }
    // Whatever comes next, for tests that look closer; empty when the deadline passes or the broker closes.
    std::optional<std::string> next_description();
    std::unique_ptr<Received> next();
    // Payloads of the messages that are there by now, acknowledged where their QoS is 1.
    std::vector<std::string> payloads_so_far();
    bool ended() const { return ended_; }
    Wire& wire() { return *wire_; }

  private:
    enum class Outcome : std::uint8_t { kPacket, kClosed, kTimeout, kMalformed };

    Outcome next(std::unique_ptr<Received>& received, Deadline deadline);
    void note_id(const mqtt::Packet& packet);
    void fail(const std::string& what, Where where);
    bool waits_for_end(const char* after, Where where);
    void send_in_pieces(const std::string& bytes);

    Conversation& conversation_;
    std::string name_;
    std::unique_ptr<Wire> wire_;
    ProtocolVersion version_;
    std::string input_;
    std::uint16_t last_id_ = 0;
    bool connected_ = false;  // a CONNACK that accepts has come
    bool ended_ = false;
};

}  // namespace dray::conformance
