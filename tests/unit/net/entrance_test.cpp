// What connections go through before their first byte counts: PROXY headers and room.
#include "net/entrance.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "certificates.h"
#include "proxy_header_bytes.h"
#include "real_broker.h"
#include "tls_client.h"

namespace dray::net {
namespace {

using test::Authority;
using test::connect_packet;
using test::kConnackBytes;
using test::kSubackBytes;
using test::ProxyHeaderBytes;
using test::RawClient;
using test::RealBroker;
using test::subscribe_packet;
using test::TlsClient;

const std::string kFrom("\xC0\x00\x02\x07\x7F\x00\x00\x01\xC8\x22\x07\x5B", 12);
const std::string kHeader = ProxyHeaderBytes{.body = kFrom}.bytes();

ListenerOptions behind_a_proxy() {
    ListenerOptions options;
    options.allow_anonymous = true;
    options.proxy_protocol = true;
    return options;
}

class Entrances : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(OneAndFourShards, Entrances, testing::Values(1, 4));

TEST_P(Entrances, TakeTheHeaderAndLeaveWhatFollows) {
    RealBroker broker(GetParam(), {}, {}, {behind_a_proxy()});
    for (int i = 0; i < 12; ++i) {
        RawClient at_once(broker.listener(0));
        at_once.send(kHeader + connect_packet("at-once-" + std::to_string(i)) + subscribe_packet("a"));
        EXPECT_EQ(at_once.receive(9), kConnackBytes + kSubackBytes);
    }
    RawClient bytewise(broker.listener(0));
    for (const char byte : kHeader + connect_packet("bytewise")) bytewise.send({&byte, 1});
    EXPECT_EQ(bytewise.receive(4), kConnackBytes);
}

TEST_P(Entrances, CloseWhoBringsNoHeaderAndLeaveOthersAlone) {
    RealBroker broker(GetParam(), {.connect_ms_max = 1500}, {}, {behind_a_proxy()});
    RawClient good(broker.listener(0));
    good.send(kHeader + connect_packet("good"));
    ASSERT_EQ(good.receive(4), kConnackBytes);
    RawClient direct(broker.listener(0));
    direct.send(connect_packet("direct"));
    EXPECT_EQ(direct.receive_to_end(), "");
    RawClient malformed(broker.listener(0));
    malformed.send(ProxyHeaderBytes{.body = kFrom + "\x04"}.bytes() + connect_packet("malformed"));
    EXPECT_EQ(malformed.receive_to_end(), "");
    RawClient half(broker.listener(0));
    half.send(kHeader.substr(0, 20));
    EXPECT_EQ(half.receive_to_end(), "");  // in time
    good.send(subscribe_packet("still"));
    EXPECT_EQ(good.receive(5), kSubackBytes);
}

TEST_P(Entrances, WantTheHeaderBeforeTls) {
    Authority authority;
    ListenerOptions options = behind_a_proxy();
    options.kind = ListenerKind::kMqtts;
    options.tls = std::make_shared<TlsServer>(*TlsContext::load({.certificate = authority.issue({})}));
    RealBroker broker(GetParam(), {}, {}, {options});
    for (int i = 0; i < 8; ++i) {
        TlsClient client(broker.listener(0), {.sends_bytewise = i == 0, .first = kHeader});
        client.send(connect_packet("c" + std::to_string(i)));
        EXPECT_EQ(client.receive(4), kConnackBytes);
    }
    TlsClient without(broker.listener(0));
    EXPECT_FALSE(without.shake_hands());
}

TEST_P(Entrances, TakeTheProxysWordForACertificate) {
    ListenerOptions options = behind_a_proxy();
    options.allow_anonymous = false;
    options.client_certificate = ClientCertificate::kRequired;
    options.client_identity = ClientIdentity::kCommonName;
    RealBroker broker(GetParam(), {}, {}, {options});
    const auto header = [](std::uint8_t client, std::uint32_t verify, const std::string& name) {
        return ProxyHeaderBytes{.body = kFrom + test::proxy_ssl(client, verify, name)}.bytes();
    };
    for (int i = 0; i < 8; ++i) {  // whichever shard they belong to
        RawClient known(broker.listener(0));
        known.send(header(0x07, 0, "alice") + connect_packet("known-" + std::to_string(i)));
        EXPECT_EQ(known.receive(4), kConnackBytes);
    }
    for (const std::string& wrong : {kHeader, header(0x01, 0, "alice"), header(0x07, 10, "alice"),
                                     header(0x07, 0, ""), header(0x07, 0, "a\nb")}) {
        RawClient unknown(broker.listener(0));
        unknown.send(wrong + connect_packet("unknown"));
        EXPECT_EQ(unknown.receive_to_end(), "");
    }
}

TEST(EntranceOfAProxy, TellsThePeerAndItsName) {
    auto options = std::make_shared<ListenerOptions>(behind_a_proxy());
    options->client_identity = ClientIdentity::kCommonName;
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends), 0);
    const reactor::FileDescriptor ours(ends[0]);
    const reactor::FileDescriptor theirs(ends[1]);
    Entrance entrance(options);
    shard::LinkOptions client;
    client.peer = "127.0.0.1:9";
    EXPECT_EQ(entrance.pass(ours.number(), nullptr, client, Instant{}).status,
              Entrance::Step::Status::kBlocked);
    const std::string bytes =
        ProxyHeaderBytes{.body = kFrom + test::proxy_ssl(0x07, 0, "alice")}.bytes() + "rest";
    ASSERT_EQ(::send(theirs.number(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
    EXPECT_EQ(entrance.pass(ours.number(), nullptr, client, Instant{}).status,
              Entrance::Step::Status::kPassed);
    EXPECT_EQ(client.peer, "192.0.2.7:51234");
    EXPECT_EQ(client.origin, resolve(*HostPort::parse("192.0.2.7:1"))->origin());
    EXPECT_EQ(client.identity, "alice");
    char rest[8];
    EXPECT_EQ(::recv(ours.number(), rest, sizeof rest, 0), 4);
}

TEST_P(Entrances, CountConnectionsByTheAddressThatTheHeaderTells) {
    ListenerOptions options = behind_a_proxy();
    options.address_rates = std::make_shared<AddressRates>(1);
    RealBroker broker(GetParam(), {}, {}, {options});
    const Instant in_the_future{4'000'000'000'000};
    ASSERT_TRUE(
        options.address_rates->take(resolve(*HostPort::parse("192.0.2.7:1"))->origin(), in_the_future));
    RawClient too_often(broker.listener(0));
    too_often.send(kHeader + connect_packet("too-often"));
    EXPECT_EQ(too_often.receive_to_end(), "");
    std::string from_another = kFrom;
    from_another[3] = 9;
    RawClient another(broker.listener(0));
    another.send(ProxyHeaderBytes{.body = from_another}.bytes() + connect_packet("another"));
    EXPECT_EQ(another.receive(4), kConnackBytes);
}

Result<std::string, Failure> identity_of(const CertificateFiles& files, ClientIdentity source) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        std::fopen(files.certificate_file.c_str(), "r"), std::fclose);
    const std::unique_ptr<X509, void (*)(X509*)> certificate(
        PEM_read_X509(file.get(), nullptr, nullptr, nullptr), X509_free);
    return identity_in(certificate.get(), source);
}

TEST(ClientIdentities, AreTheCommonNameOrTheFirstUsableAlternativeName) {
    Authority authority;
    const auto files = authority.issue(
        {.common_name = "alice", .alternative_name = "IP:10.0.0.1,URI:urn:vehicle:7,DNS:alice.example"});
    EXPECT_EQ(*identity_of(files, ClientIdentity::kNone), "");
    EXPECT_EQ(*identity_of(files, ClientIdentity::kCommonName), "alice");
    EXPECT_EQ(*identity_of(files, ClientIdentity::kAlternativeName), "urn:vehicle:7");
    const auto umlaut = authority.issue({.common_name = "J\xC3\xBCrgen"});
    EXPECT_EQ(*identity_of(umlaut, ClientIdentity::kCommonName), "J\xC3\xBCrgen");
}

TEST(ClientIdentities, OfCertificatesWithoutAreFailures) {
    Authority authority;
    const auto bare = authority.issue({.common_name = "", .alternative_name = "IP:10.0.0.1"});
    EXPECT_NE(identity_of(bare, ClientIdentity::kCommonName).error().what.find("no common name"),
              std::string::npos);
    EXPECT_NE(identity_of(bare, ClientIdentity::kAlternativeName).error().what.find("no alternative name"),
              std::string::npos);
    const auto forged = authority.issue({.common_name = "a\nb"});
    EXPECT_NE(identity_of(forged, ClientIdentity::kCommonName).error().what.find("control"),
              std::string::npos);
}

std::string connect_v5(const std::string& id) {
    return test::packet(
        0x10, test::with_length("MQTT") + std::string("\x05\x02\x00\x3C\x00", 5) + test::with_length(id));
}

TEST_P(Entrances, TellWhoComesTooLateThatThereIsNoRoom) {
    ListenerOptions small;
    small.allow_anonymous = true;
    small.seats = std::make_shared<Seats>(1);
    RealBroker broker(GetParam(), {}, {}, {small});
    auto first = std::make_unique<RawClient>(broker.listener(0));
    first->send(connect_packet("first"));
    ASSERT_EQ(first->receive(4), kConnackBytes);
    {
        RawClient second(broker.listener(0));
        second.send(connect_packet("second"));
        EXPECT_EQ(second.receive_to_end(), std::string("\x20\x02\x00\x03", 4));
        RawClient third(broker.listener(0));
        third.send(connect_v5("third"));
        const std::string answer = third.receive_to_end();
        ASSERT_GE(answer.size(), 4u);
        EXPECT_EQ(answer[0], '\x20');
        EXPECT_EQ(answer[3], '\x89');
        RawClient elsewhere(broker.mqtt());
        elsewhere.send(connect_packet("elsewhere"));
        EXPECT_EQ(elsewhere.receive(4), kConnackBytes);
    }
    first.reset();
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    std::string answer;
    while (answer != kConnackBytes && std::chrono::steady_clock::now() < deadline) {
        RawClient next(broker.listener(0));
        next.send(connect_packet("next"));
        answer = next.receive(4);
    }
    EXPECT_EQ(answer, kConnackBytes);
}

TEST_P(Entrances, TurnAwayWhoComesInCrowds) {
    ListenerOptions small;
    small.allow_anonymous = true;
    small.seats = std::make_shared<Seats>(1);
    RealBroker broker(GetParam(), {}, {}, {small});
    std::vector<std::unique_ptr<RawClient>> crowd;
    for (std::uint32_t i = 0; i < 1 + Seats::kToldWhyMax; ++i) {
        crowd.push_back(std::make_unique<RawClient>(broker.listener(0)));
        crowd.back()->send("\x10");  // so that it is known to be there
    }
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (small.seats->taken() < crowd.size() && std::chrono::steady_clock::now() < deadline) {
    }
    RawClient one_more(broker.listener(0));
    const std::string end = one_more.receive_to_end();
    EXPECT_TRUE(end.empty() || end == "RESET") << end;
}

TEST(SeatsOfAll, AreCountedOverAllListeners) {
    const auto all = std::make_shared<Seats>(2);
    const auto one = std::make_shared<Seats>(0, all);
    const auto other = std::make_shared<Seats>(1, all);
    EXPECT_EQ(one->take(), Seats::Answer::kWelcome);
    EXPECT_EQ(other->take(), Seats::Answer::kWelcome);
    EXPECT_EQ(one->take(), Seats::Answer::kFull);
    one->give_back();
    one->give_back();
    EXPECT_EQ(other->take(), Seats::Answer::kFull);
    EXPECT_EQ(one->take(), Seats::Answer::kFull);
    EXPECT_EQ(all->taken(), 3u);
}

TEST_P(Entrances, MayBeStricterThanTheBroker) {
    ListenerOptions strict;
    strict.allow_anonymous = true;
    strict.packet_bytes_max = 100;
    RealBroker broker(GetParam(), {}, {}, {strict});
    RawClient client(broker.listener(0));
    client.send(connect_packet("c"));
    ASSERT_EQ(client.receive(4), kConnackBytes);
    client.send(test::publish_packet("t", std::string(200, 'x')));
    EXPECT_EQ(client.receive_to_end(), "");
    RawClient elsewhere(broker.mqtt());
    elsewhere.send(connect_packet("c") + test::publish_packet("t", std::string(200, 'x')) +
                   subscribe_packet("t"));
    EXPECT_EQ(elsewhere.receive(9), kConnackBytes + kSubackBytes);
}

}  // namespace
}  // namespace dray::net
