#include "net/proxy_header.h"

#include <gtest/gtest.h>

#include "proxy_header_bytes.h"

namespace dray::net {
namespace {

using test::proxy_ssl;
using test::ProxyHeaderBytes;
using ProxyStatus = ProxyResult::Status;

const std::string kTcp4("\xC0\x00\x02\x07\x7F\x00\x00\x01\xC8\x22\x07\x5B", 12);  // 192.0.2.7:51234 -> :1883

ProxyResult read(std::string_view bytes) {
    return read_proxy_header(as_bytes(bytes));
}

TEST(ProxyHeader, TellsWhereTheClientComesFrom) {
    EXPECT_EQ(read(ProxyHeaderBytes{.body = kTcp4}.bytes()).header.source, "192.0.2.7:51234");
    std::string v6 =
        std::string("\x20\x01\x0D\xB8", 4) + std::string(11, '\0') + '\x05' + std::string(16, '\0');
    v6 += std::string("\xC8\x22\x07\x5B", 4);
    EXPECT_EQ(read(ProxyHeaderBytes{.family = 0x21, .body = v6}.bytes()).header.source,
              "[2001:db8::5]:51234");
    std::string unix = "/run/client.sock";
    unix.resize(216);
    EXPECT_EQ(read(ProxyHeaderBytes{.family = 0x31, .body = unix}.bytes()).header.source,
              "unix:/run/client.sock");
}

TEST(ProxyHeader, OfTheProxyItselfOrOfUnknownFamilyTellsNothing) {
    for (const auto& bytes : {ProxyHeaderBytes{.command = 0x20, .body = kTcp4}.bytes(),
                              ProxyHeaderBytes{.command = 0x20, .family = 0x77, .body = "any"}.bytes(),
                              ProxyHeaderBytes{.family = 0x00, .body = ""}.bytes()}) {
        const ProxyResult result = read(bytes + "MQTT");
        ASSERT_EQ(result.status, ProxyStatus::kDone) << result.why;
        EXPECT_EQ(result.bytes, bytes.size());
        EXPECT_EQ(result.header.source, "");
        EXPECT_FALSE(result.header.certificate_verified);
    }
}

TEST(ProxyHeader, TellsOfTheClientsCertificate) {
    const std::string other("\x04\x00\x03xyz", 6);  // PP2_TYPE_NOOP
    const ProxyResult verified =
        read(ProxyHeaderBytes{.body = kTcp4 + other + proxy_ssl(0x07, 0, "alice")}.bytes());
    ASSERT_EQ(verified.status, ProxyStatus::kDone);
    EXPECT_TRUE(verified.header.certificate_verified);
    EXPECT_EQ(verified.header.common_name, "alice");
    const auto is_verified = [](std::uint8_t client, std::uint32_t verify) {
        return read(ProxyHeaderBytes{.body = kTcp4 + proxy_ssl(client, verify, "x")}.bytes())
            .header.certificate_verified;
    };
    EXPECT_FALSE(is_verified(0x01, 0)) << "TLS, but no certificate";
    EXPECT_FALSE(is_verified(0x03, 1)) << "a certificate that is not good";
    EXPECT_TRUE(is_verified(0x05, 0)) << "shown in the session that this one resumes";
}

TEST(ProxyHeader, IsTheSameAtEverySplitPoint) {
    const std::string bytes = ProxyHeaderBytes{.body = kTcp4 + proxy_ssl(0x07, 0, "alice")}.bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const ProxyResult result = read(std::string_view(bytes).substr(0, size));
        ASSERT_EQ(result.status, ProxyStatus::kNeedMore) << size;
        EXPECT_GT(result.bytes, size);
        EXPECT_LE(result.bytes, bytes.size());
    }
    const ProxyResult result = read(bytes + "what follows");
    EXPECT_EQ(result.status, ProxyStatus::kDone);
    EXPECT_EQ(result.bytes, bytes.size());
}

TEST(ProxyHeader, ThatIsNoneIsSeenAtItsFirstWrongByte) {
    EXPECT_EQ(read("\x10").status, ProxyStatus::kBad);
    EXPECT_EQ(read("PROXY TCP4 192.0.2.7 127.0.0.1 51234 1883\r\n").status, ProxyStatus::kBad);
    EXPECT_EQ(read("\r\n\r\nx").status, ProxyStatus::kBad);
    EXPECT_EQ(read("\r\n\r").status, ProxyStatus::kNeedMore);
}

TEST(ProxyHeader, ThatIsMalformedIsBad) {
    const std::string ssl = proxy_ssl(0x07, 0, "alice");
    const ProxyHeaderBytes wrong[] = {
        {.command = 0x11, .body = kTcp4},                                        // version 1
        {.command = 0x22, .body = kTcp4},                                        // unknown command
        {.family = 0x12, .body = kTcp4},                                         // UDP
        {.family = 0x41, .body = kTcp4},                                         // unknown family
        {.body = kTcp4.substr(1)},                                               // address cut
        {.family = 0x21, .body = kTcp4},                                         // too short for IPv6
        {.body = kTcp4 + "\x04"},                                                // value cut in its head
        {.body = kTcp4 + std::string("\x04\x00\x05xyz", 6)},                     // ... in its body
        {.body = kTcp4 + std::string("\x20\x00\x02\x07\x00", 5)},                // SSL without its fields
        {.body = kTcp4 + ssl.substr(0, 3) + ssl.substr(3, 5) + "\x22\x7F\xFF"},  // common name reaches out
        {.body = kTcp4 + std::string(5000, '\0')},                               // too long
    };
    for (const ProxyHeaderBytes& one : wrong) {
        const ProxyResult result = read(one.bytes());
        EXPECT_EQ(result.status, ProxyStatus::kBad) << "case " << &one - wrong;
        EXPECT_NE(std::string_view(result.why), "");
    }
}

}  // namespace
}  // namespace dray::net
