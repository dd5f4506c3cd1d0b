// TLS over real sockets, with a client whose bytes the test cuts as it likes.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "certificates.h"
#include "real_broker.h"
#include "tls_client.h"
#include "ws_client_bytes.h"

namespace dray::net {
namespace {

using test::Authority;
using test::connect_packet;
using test::kConnackBytes;
using test::kSubackBytes;
using test::packet;
using test::publish_packet;
using test::RawClient;
using test::RealBroker;
using test::subscribe_packet;
using test::TlsClient;

std::shared_ptr<const TlsContext> load(const TlsSettings& settings) {
    auto context = TlsContext::load(settings);
    if (!context) throw std::runtime_error(context.error().setting + ": " + context.error().what);
    return *context;
}

class Tls : public testing::TestWithParam<int> {
  protected:
    ListenerOptions listener(ListenerKind kind, const TlsSettings& settings) {
        ListenerOptions options;
        options.kind = kind;
        options.allow_anonymous = true;
        options.tls = std::make_shared<TlsServer>(load(settings));
        options.client_certificate = settings.client_certificate;
        return options;
    }
    // MQTT over TLS as listener(0), WebSocket over TLS as listener(1).
    std::unique_ptr<RealBroker> broker(const TlsSettings& settings, const shard::Limits& limits = {}) {
        const auto mqtts = listener(ListenerKind::kMqtts, settings);
        const auto wss = listener(ListenerKind::kWss, settings);
        server_ = mqtts.tls;
        return std::make_unique<RealBroker>(GetParam(), limits, WsStream::Limits(), std::vector{mqtts, wss});
    }
    TlsSettings simple() { return {.certificate = authority_.issue({})}; }
    TlsSettings asking(ClientCertificate how) {
        TlsSettings settings = simple();
        settings.client_certificate = how;
        settings.client_ca_file = authority_.file();
        return settings;
    }

    Authority authority_;
    std::shared_ptr<TlsServer> server_;
};
INSTANTIATE_TEST_SUITE_P(OneAndFourShards, Tls, testing::Values(1, 4));

void expect_served(TlsClient& client, const std::string& id) {
    client.send(connect_packet(id) + subscribe_packet("to/" + id));
    EXPECT_EQ(client.receive(9), kConnackBytes + kSubackBytes) << id << ": " << client.why();
    const std::string message = publish_packet("to/" + id, "hello");
    client.send(message);
    EXPECT_EQ(client.receive(message.size()), message) << id;
}

// With several shards most of these connections travel, with bytes that TLS has decrypted and bytes that it
// has not.
TEST_P(Tls, ServesClientsThatTrustItsAuthority) {
    const auto there = broker(simple());
    for (int i = 0; i < 20; ++i) {
        TlsClient client(there->listener(0), {.authority_file = authority_.file()});
        expect_served(client, "client-" + std::to_string(i));
    }
}

TEST_P(Tls, SpeaksVersions12And13) {
    const auto there = broker(simple());
    TlsClient older(there->listener(0), {.version_max = TLS1_2_VERSION});
    expect_served(older, "older");
    TlsClient newer(there->listener(0), {.version_max = TLS1_3_VERSION});
    expect_served(newer, "newer");
}

TEST_P(Tls, RefusesOlderVersions) {
    const auto there = broker(simple());
    TlsClient old(there->listener(0), {.version_max = TLS1_1_VERSION});
    EXPECT_FALSE(old.shake_hands());
    EXPECT_NE(old.why().find("alert protocol version"), std::string::npos) << old.why();
    TlsSettings strict = simple();
    strict.least = TlsVersion::k13;
    const auto stricter = broker(strict);
    TlsClient older(stricter->listener(0), {.version_max = TLS1_2_VERSION});
    EXPECT_FALSE(older.shake_hands());
}

TEST_P(Tls, TakesAHandshakeByteByByte) {
    const auto there = broker(simple());
    TlsClient client(there->listener(0), {.sends_bytewise = true});
    expect_served(client, "drip");
}

TEST_P(Tls, CarriesPacketsUpToTheLargest) {
    const auto there = broker(simple());
    TlsClient client(there->listener(0));
    client.send(connect_packet("large") + subscribe_packet("big"));
    ASSERT_EQ(client.receive(9), kConnackBytes + kSubackBytes);
    for (const std::size_t size : {2'000u, 16'380u, 16'384u, 70'000u, 1'000'000u, 16u * 1024 * 1024 - 100}) {
        const std::string message =
            publish_packet("big", std::string(size, static_cast<char>('a' + size % 26)));
        client.send(message);
        EXPECT_TRUE(client.receive(message.size()) == message) << size;
    }
}

// A reader that reads nothing for a while: every write ends in the middle of a TLS record, and the rest of it
// must be the same bytes when the socket takes more.
TEST_P(Tls, LosesNothingWhenItsReaderIsSlow) {
    const auto there = broker(simple(), {.outbox_bytes_max = 64 * 1024 * 1024});
    TlsClient slow(there->listener(0));
    slow.send(connect_packet("slow") + subscribe_packet("s"));
    ASSERT_EQ(slow.receive(9), kConnackBytes + kSubackBytes);
    TlsClient publisher(there->listener(0));
    publisher.send(connect_packet("p") + subscribe_packet("done"));
    ASSERT_EQ(publisher.receive(9), kConnackBytes + kSubackBytes);
    std::string all;
    for (int i = 0; i < 4000; ++i) {
        all +=
            publish_packet("s", std::to_string(i) + std::string(static_cast<std::size_t>(i) * 7 % 9000, '.'));
    }
    const std::string marker = publish_packet("done", "");
    publisher.send(all + marker);
    ASSERT_EQ(publisher.receive(marker.size()), marker);
    EXPECT_TRUE(slow.receive(all.size()) == all);
}

const std::string kRequest =
    "GET /mqtt HTTP/1.1\r\nHost: b\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

void upgrade(TlsClient& client) {
    client.send(kRequest);
    std::string response;
    while (!response.ends_with("\r\n\r\n")) {
        const std::string byte = client.receive(1);
        ASSERT_NE(byte, "") << client.why();
        response += byte;
    }
    ASSERT_TRUE(response.starts_with("HTTP/1.1 101 ")) << response;
}

// A server's frame: its first byte, and its payload in `payload`.
char receive_frame(TlsClient& client, std::string& payload) {
    const std::string head = client.receive(2);
    if (head.size() < 2) return 0;
    std::size_t size = static_cast<std::uint8_t>(head[1]);
    if (size >= 126) {
        const std::string length = client.receive(size == 126 ? 2 : 8);
        size = 0;
        for (const char byte : length) size = size << 8 | static_cast<std::uint8_t>(byte);
    }
    payload = client.receive(size);
    return head[0];
}

// Pongs become due while half a record is stuck: they must wait for their place between two frames.
TEST_P(Tls, KeepsWebSocketFramesWholeWhenItsReaderIsSlow) {
    const auto there = broker(simple(), {.outbox_bytes_max = 64 * 1024 * 1024});
    TlsClient slow(there->listener(1));
    upgrade(slow);
    slow.send(test::frame(0x82, connect_packet("slow") + subscribe_packet("s")));
    std::string payload;
    std::string acknowledged;
    while (acknowledged.size() < 9 && receive_frame(slow, payload) == '\x82') acknowledged += payload;
    ASSERT_EQ(acknowledged, kConnackBytes + kSubackBytes);
    RawClient publisher(there->mqtt());
    publisher.send(connect_packet("p") + subscribe_packet("done"));
    ASSERT_EQ(publisher.receive(9), kConnackBytes + kSubackBytes);
    const std::string marker = publish_packet("done", "");
    std::string all;
    // Frames of 1 KiB: TLS records end where frames end, which is where a pong would like to go.
    const auto message = [](int number) {
        std::string text = std::to_string(number);
        text.resize(1014, '.');
        return publish_packet("s", text);
    };
    ASSERT_EQ(message(0).size(), 1020u);
    for (int round = 0; round < 300; ++round) {
        std::string some;
        for (int i = 0; i < 64; ++i) some += message(round * 64 + i);
        publisher.send(some + marker);
        ASSERT_EQ(publisher.receive(marker.size()), marker);
        all += some;
        slow.send(test::frame(0x89, "ping " + std::to_string(round)));
    }
    std::string got;
    int pongs = 0;
    while (got.size() < all.size() || pongs == 0) {
        const char first = receive_frame(slow, payload);
        ASSERT_TRUE(first == '\x82' || first == '\x8A') << static_cast<int>(first) << " after " << got.size();
        if (first == '\x82') got += payload;
        if (first == '\x8A') ++pongs;
    }
    EXPECT_TRUE(got == all);
}

TEST_P(Tls, EndsItsStreamInGoodOrder) {
    const auto there = broker(simple());
    TlsClient client(there->listener(0));
    client.send(connect_packet("wrong"));
    ASSERT_EQ(client.receive(4), kConnackBytes);
    client.send(std::string("\x00\x00", 2));  // packet type 0
    EXPECT_EQ(client.receive_to_end(), "");
    TlsClient leaving(there->listener(0));
    leaving.send(connect_packet("leaving"));
    ASSERT_EQ(leaving.receive(4), kConnackBytes);
    leaving.send(std::string("\xE0\x00", 2));
    EXPECT_EQ(leaving.receive_to_end(), "");
    TlsClient staying(there->listener(0));
    staying.send(connect_packet("staying"));
    ASSERT_EQ(staying.receive(4), kConnackBytes);
    EXPECT_TRUE(there->stop());
    EXPECT_EQ(staying.receive_to_end(), "");
}

TEST_P(Tls, ClosesWhoSpeaksNoTls) {
    const auto there = broker(simple());
    TlsClient good(there->listener(0));
    good.send(connect_packet("good"));
    ASSERT_EQ(good.receive(4), kConnackBytes);
    for (const std::string& bytes : {connect_packet("plain"), kRequest, std::string(3000, '\0'),
                                     std::string("\x16\x03\x01\xFF\xFF", 5) + std::string(70'000, 'x')}) {
        RawClient plain(there->listener(0));
        plain.send(bytes);
        const std::string end = plain.receive_to_end();  // at most an alert
        EXPECT_FALSE(end.ends_with("OPEN")) << end.size();
        EXPECT_LE(end.size(), 7u);
    }
    good.send(subscribe_packet("still"));
    EXPECT_EQ(good.receive(5), kSubackBytes);
}

TEST_P(Tls, ClosesHandshakesThatNeverEnd) {
    const auto there = broker(simple(), {.connect_ms_max = 1500});
    RawClient silent(there->listener(0));
    RawClient half(there->listener(1));
    half.send(std::string("\x16\x03\x01\x02\x00\x01", 6));
    TlsClient no_connect(there->listener(0));
    ASSERT_TRUE(no_connect.shake_hands());
    EXPECT_EQ(silent.receive_to_end(), "");
    EXPECT_EQ(half.receive_to_end(), "");
    EXPECT_EQ(no_connect.receive_to_end(), "");
}

TEST_P(Tls, AsksForCertificatesOfClients) {
    const auto there = broker(asking(ClientCertificate::kRequired));
    TlsClient good(there->listener(0), {.certificate = authority_.issue({.common_name = "alice"})});
    expect_served(good, "good");
    TlsClient without(there->listener(0));
    EXPECT_EQ(without.receive(1), "");
    EXPECT_NE(without.why().find("certificate required"), std::string::npos) << without.why();
    const auto expired =
        authority_.issue({.valid_from = std::chrono::hours(-9), .valid_to = std::chrono::hours(-1)});
    TlsClient late(there->listener(0), {.certificate = expired});
    EXPECT_EQ(late.receive(1), "");
    EXPECT_NE(late.why().find("certificate expired"), std::string::npos) << late.why();
    Authority stranger("somebody else");
    TlsClient strange(there->listener(0), {.certificate = stranger.issue({})});
    EXPECT_EQ(strange.receive(1), "");
    EXPECT_NE(strange.why().find("unknown ca"), std::string::npos) << strange.why();
    TlsClient older(there->listener(0), {.version_max = TLS1_2_VERSION});
    EXPECT_FALSE(older.shake_hands());
}

// A proven name lets in where nobody else may come.
TEST_P(Tls, LetsInClientsOfAProvenNameOnly) {
    ListenerOptions strict = listener(ListenerKind::kMqtts, asking(ClientCertificate::kOptional));
    strict.allow_anonymous = false;
    strict.client_identity = ClientIdentity::kCommonName;
    RealBroker there(GetParam(), {}, {}, {strict});
    for (int i = 0; i < 8; ++i) {
        TlsClient known(there.listener(0), {.certificate = authority_.issue({.common_name = "alice"})});
        expect_served(known, "known-" + std::to_string(i));
    }
    TlsClient unknown(there.listener(0));
    unknown.send(connect_packet("unknown"));
    EXPECT_EQ(unknown.receive(4), std::string("\x20\x02\x00\x05", 4));
    TlsClient nameless(there.listener(0), {.certificate = authority_.issue({.common_name = ""})});
    EXPECT_EQ(nameless.receive(1), "");
}

TEST_P(Tls, ShowsTheCertificateOfTheServerThatIsNamed) {
    TlsSettings settings{.certificate = authority_.issue({.common_name = "first"})};
    settings.more_certificates.push_back({"broker.example", authority_.issue({.common_name = "second"})});
    settings.more_certificates.push_back({"*.fleet.example", authority_.issue({.common_name = "third"})});
    const auto there = broker(settings);
    const auto shown_for = [&](const std::string& name) {
        TlsClient client(there->listener(0), {.authority_file = authority_.file(), .server_name = name});
        expect_served(client, "asks-for-" + name);
        return client.server_common_name();
    };
    EXPECT_EQ(shown_for(""), "first");
    EXPECT_EQ(shown_for("elsewhere"), "first");
    EXPECT_EQ(shown_for("broker.example"), "second");
    EXPECT_EQ(shown_for("BROKER.example"), "second");
    EXPECT_EQ(shown_for("a.fleet.example"), "third");
    EXPECT_EQ(shown_for("a.b.fleet.example"), "first");
}

TEST_P(Tls, RenewsItsCertificateUnderRunningConnections) {
    const CertificateFiles files = authority_.issue({.common_name = "old"});
    const auto there = broker({.certificate = files});
    TlsClient before(there->listener(0));
    before.send(connect_packet("before") + subscribe_packet("t"));
    ASSERT_EQ(before.receive(9), kConnackBytes + kSubackBytes);
    TlsClient halfway(there->listener(0));  // accepted before the renewal, greeted after it
    authority_.issue_again({.common_name = "new"}, files);
    server_->renew(load({.certificate = files}));
    TlsClient after(there->listener(0));
    after.send(connect_packet("after"));
    ASSERT_EQ(after.receive(4), kConnackBytes);
    expect_served(halfway, "halfway");
    EXPECT_EQ(before.server_common_name(), "old");
    EXPECT_EQ(after.server_common_name(), "new");
    const std::string message = publish_packet("t", "still here");
    after.send(message);
    EXPECT_EQ(before.receive(message.size()), message);
}

TEST(TlsContextFiles, ErrorsNameTheSettingAndTheReason) {
    Authority authority;
    const CertificateFiles good = authority.issue({});
    const CertificateFiles other = authority.issue({});
    const auto failure = [](const TlsSettings& settings) {
        const auto context = TlsContext::load(settings);
        return context ? "loaded" : context.error().setting + ": " + context.error().what;
    };
    EXPECT_EQ(failure({.certificate = good}), "loaded");
    const std::string missing = authority.folder() / "missing";
    EXPECT_EQ(failure({.certificate = {missing, good.private_key_file}}),
              "certificate_file: cannot read " + missing + ": No such file or directory");
    EXPECT_EQ(failure({.certificate = {good.certificate_file, missing}}),
              "private_key_file: cannot read " + missing + ": No such file or directory");
    EXPECT_TRUE(failure({.certificate = {good.private_key_file, good.private_key_file}})
                    .starts_with("certificate_file: " + good.private_key_file +
                                 " is not a certificate in PEM form: "));
    const std::string mismatch = failure({.certificate = {good.certificate_file, other.private_key_file}});
    EXPECT_TRUE(mismatch.starts_with("private_key_file: ")) << mismatch;
    EXPECT_NE(mismatch.find("key values mismatch"), std::string::npos) << mismatch;
    TlsSettings second{.certificate = good};
    second.more_certificates.push_back({"x", {good.certificate_file, other.private_key_file}});
    EXPECT_TRUE(failure(second).starts_with("certificates.0.private_key_file: ")) << failure(second);
    EXPECT_TRUE(failure({.certificate = good,
                         .client_certificate = ClientCertificate::kRequired,
                         .client_ca_file = missing})
                    .starts_with("client_ca_file: cannot read"));
    EXPECT_TRUE(failure({.certificate = good, .ciphers = "NO-SUCH-CIPHER"}).starts_with("ciphers: "));
}

}  // namespace
}  // namespace dray::net
