// Keep Alive, section 3.1.2.10.
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(KeepAlive);

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// [MQTT-3.1.1 3.1.2-24] [MQTT-5.0 3.1.2-22]
TEST_P(KeepAlive, ASilentClientIsDroppedAfterOneAndAHalfTimesTheInterval) {
    MOSQUITTO_DIFFERS("3.1.1 3.1.2-24, 5.0 3.1.2-22", "looks for silent clients every five seconds only");
    client("a").connects(connect("a").keep_alive(1));
    const auto start = steady_clock::now();
    client("a").is_refused(ReasonCode::kKeepAliveTimeout);
    const auto silence = steady_clock::now() - start;
    EXPECT_GE(silence, milliseconds(1400));
    EXPECT_LE(silence, milliseconds(10'000));  // on a busy machine
}

TEST_P(KeepAlive, PingsKeepTheConnection) {
    client("a").connects(connect("a").keep_alive(2));
    for (int i = 0; i < 4; ++i) {
        time_passes(milliseconds(1000));
        client("a").sends(pingreq()).gets(pingresp());
    }
}

TEST_P(KeepAlive, AnyPacketKeepsTheConnection) {
    client("a").connects(connect("a").keep_alive(2));
    for (int i = 0; i < 4; ++i) {
        time_passes(milliseconds(1000));
        client("a").publishes(publish("t", "x"));
    }
    client("a").sends(pingreq()).gets(pingresp());
}

// What the broker sends does not count: the client must be heard. Messages come for as long as it is
// connected.
TEST_P(KeepAlive, MessagesToTheClientDoNotKeepTheConnection) {
    Client& a = client("a").connects(connect("a").keep_alive(1)).subscribes("t");
    client("pub").connects("pub");
    const Deadline deadline = Deadline::standard();
    std::unique_ptr<Received> received;
    do {
        time_passes(milliseconds(300));
        client("pub").publishes(publish("t", "x"));
        received = a.next();
    } while (received && std::holds_alternative<mqtt::Publish>(received->packet) && !deadline.passed());
    EXPECT_FALSE(deadline.passed()) << "still connected";
}

TEST_P(KeepAlive, AHalfSentPacketDoesNotKeepTheConnection) {
    MOSQUITTO_DIFFERS("3.1.1 3.1.2-24, 5.0 3.1.2-22", "looks for silent clients every five seconds only");
    client("a").connects(connect("a").keep_alive(1)).sends(raw({0x30, 0x7f, 0x00}));
    client("a").is_refused(ReasonCode::kKeepAliveTimeout);
}

TEST_P(KeepAlive, ZeroTurnsItOff) {
    client("a").connects(connect("a").keep_alive(0));
    time_passes(milliseconds(2500));
    client("a").gets_nothing();
}

}  // namespace dray::conformance
