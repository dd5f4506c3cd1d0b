// The broker that a test talks to: a real process on loopback, its ports chosen by the system, stopped with
// the object. The environment says which:
//
//     DRAY_TEST_BROKER     drayd/<shards>/<tcp|ws|tls|wss>   the one under test, and how clients connect
//     unless
//                                                            a test says otherwise
//                          mosquitto/1/<tcp|ws|tls|wss>      the peer that proves the test
//     DRAY_TEST_DRAYD      path of drayd             default: beside the test program
//     DRAY_SEED            number                    cuts of the byte streams; printed by every failing test
//
// Every broker knows one user, "brewer" with the password "hops", and lets anonymous clients in as well.
//
// A wrong value ends the test program with a message.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace dray::conformance {

enum class BrokerKind : std::uint8_t { kDrayd, kMosquitto };
enum class Transport : std::uint8_t { kTcp, kWebSocket, kTls, kWss };

struct Setup {
    BrokerKind broker = BrokerKind::kMosquitto;
    int threads = 1;
    Transport transport = Transport::kTcp;
    std::string drayd_path;
    std::uint64_t seed = 1;
    bool with_tls = false;  // it listens for TLS too; always when that is the transport

    static const Setup& from_environment();
};

class BrokerProcess {
  public:
    explicit BrokerProcess(const Setup& setup);  // returns once it accepts connections; throws if it does not
    ~BrokerProcess();
    BrokerProcess(const BrokerProcess&) = delete;
    BrokerProcess& operator=(const BrokerProcess&) = delete;

    std::uint16_t mqtt_port() const { return mqtt_port_; }
    std::uint16_t ws_port() const { return ws_port_; }
    // With TLS only. Its certificate, made for this process, is its own authority.
    std::uint16_t mqtts_port() const { return mqtts_port_; }
    std::uint16_t wss_port() const { return wss_port_; }
    std::string certificate_file() const { return folder_ + "/certificate.pem"; }

    // SIGTERM, then waits. Empty when it ended cleanly, else what was wrong with the end.
    std::string stop();
    // What it wrote to its log so far.
    std::string log() const;

  private:
    void start_drayd(const Setup& setup);
    void start_mosquitto(bool with_tls);
    // The path of a file with the one user, as the broker wants it.
    std::string write_password_file(bool of_mosquitto) const;
    void make_certificate();
    std::string key_file() const { return folder_ + "/key.pem"; }

    std::string folder_;
    pid_t pid_ = -1;
    int stdout_ = -1;
    std::uint16_t mqtt_port_ = 0;
    std::uint16_t ws_port_ = 0;
    std::uint16_t mqtts_port_ = 0;
    std::uint16_t wss_port_ = 0;
};

}  // namespace dray::conformance
