// What must be refused, and with which reason.
#include <gtest/gtest.h>

#include "mqtt/decode.h"
#include "packet_text.h"
#include "wire_text.h"

namespace dray::mqtt {
namespace {

constexpr auto kV5 = ProtocolVersion::kV5;
constexpr auto kMalformed = ReasonCode::kMalformedPacket;
constexpr auto kProtocol = ReasonCode::kProtocolError;
constexpr auto kTopicName = ReasonCode::kTopicNameInvalid;
constexpr auto kTopicFilter = ReasonCode::kTopicFilterInvalid;
constexpr auto kVersion = ReasonCode::kUnsupportedProtocolVersion;

struct Case {
    const char* name;
    ProtocolVersion version;
    unsigned first_byte;
    const char* body;
    ReasonCode reason;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name << " (version " << static_cast<int>(c.version) << ")";
}

class Malformed : public testing::TestWithParam<Case> {};

TEST_P(Malformed, IsRefusedWithItsReason) {
    const Case& c = GetParam();
    const std::string body = wire(c.body);
    // A block of exactly that size, so that AddressSanitizer sees a read past the end.
    const std::vector<std::uint8_t> exact(body.begin(), body.end());
    const Frame frame{.type = static_cast<PacketType>(c.first_byte >> 4),
                      .flags = static_cast<std::uint8_t>(c.first_byte & 0x0f),
                      .body = exact,
                      .size = exact.size() + 2};
    const auto packet = decode(frame, c.version);
    ASSERT_FALSE(packet) << c.name << " was taken for " << text_of(*packet);
    EXPECT_EQ(packet.error().reason, c.reason) << c.name << ": " << packet.error().what;
    EXPECT_STRNE(packet.error().what, "") << c.name;
}

const Case kConnects[] = {
    {"unknown protocol name", kV311, 0x10, "0004'MQTX' 04 02 003c 0002'id'", kVersion},
    {"3.1.1 name at level 3", kV311, 0x10, "0004'MQTT' 03 02 003c 0002'id'", kVersion},
    {"3.1 name at level 4", kV311, 0x10, "0006'MQIsdp' 04 02 003c 0002'id'", kVersion},
    {"level 6", kV311, 0x10, "0004'MQTT' 06 02 003c 0002'id'", kVersion},
    {"level of a mosquitto bridge", kV311, 0x10, "0004'MQTT' 84 02 003c 0002'id'", kVersion},
    {"reserved connect flag", kV311, 0x10, "0004'MQTT' 04 03 003c 0002'id'", kMalformed},
    {"reserved connect flag", kV5, 0x10, "0004'MQTT' 05 03 003c 00 0002'id'", kMalformed},
    {"will QoS without will", kV311, 0x10, "0004'MQTT' 04 0a 003c 0002'id'", kMalformed},
    {"will retain without will", kV311, 0x10, "0004'MQTT' 04 22 003c 0002'id'", kMalformed},
    {"will QoS 3", kV311, 0x10, "0004'MQTT' 04 1e 003c 0002'id' 0001'w' 0000", kMalformed},
    {"will QoS 3", kV5, 0x10, "0004'MQTT' 05 1e 003c 00 0002'id' 00 0001'w' 0000", kMalformed},
    {"password without user name", kV311, 0x10, "0004'MQTT' 04 42 003c 0002'id' 0001'p'", kMalformed},
    {"will topic with wildcard", kV311, 0x10, "0004'MQTT' 04 06 003c 0002'id' 0003'w/#' 0000", kTopicName},
    {"empty will topic", kV311, 0x10, "0004'MQTT' 04 06 003c 0002'id' 0000 0000", kTopicName},
    {"client id with U+0000", kV311, 0x10, "0004'MQTT' 04 02 003c 0002 6100", kMalformed},
    {"client id not UTF-8", kV311, 0x10, "0004'MQTT' 04 02 003c 0002 c328", kMalformed},
    {"user name with a surrogate", kV311, 0x10, "0004'MQTT' 04 82 003c 0001'i' 0003 eda080", kMalformed},
    {"no client id", kV311, 0x10, "0004'MQTT' 04 02 003c", kMalformed},
    {"no user name", kV311, 0x10, "0004'MQTT' 04 82 003c 0002'id'", kMalformed},
    {"no password", kV311, 0x10, "0004'MQTT' 04 c2 003c 0002'id' 0001'u'", kMalformed},
    {"no will payload", kV311, 0x10, "0004'MQTT' 04 06 003c 0002'id' 0001'w'", kMalformed},
    {"bytes after the end", kV311, 0x10, "0004'MQTT' 04 02 003c 0002'id' 00", kMalformed},
    {"empty", kV311, 0x10, "", kMalformed},
    {"Receive Maximum 0", kV5, 0x10, "0004'MQTT' 05 02 003c 03 21 0000 0002'id'", kProtocol},
    {"Maximum Packet Size 0", kV5, 0x10, "0004'MQTT' 05 02 003c 05 27 00000000 0002'id'", kProtocol},
    {"Request Problem Information 2", kV5, 0x10, "0004'MQTT' 05 02 003c 02 17 02 0002'id'", kProtocol},
    {"Session Expiry twice", kV5, 0x10, "0004'MQTT' 05 02 003c 0a 11 00000001 11 00000001 0002'id'",
     kProtocol},
    {"Will Delay outside the will", kV5, 0x10, "0004'MQTT' 05 02 003c 05 18 00000001 0002'id'", kMalformed},
    {"Receive Maximum in the will", kV5, 0x10, "0004'MQTT' 05 06 003c 00 0002'id' 03 21 0001 0001'w' 0000",
     kMalformed},
    {"authentication data without method", kV5, 0x10, "0004'MQTT' 05 02 003c 04 16 0001'd' 0002'id'",
     kProtocol},
    {"properties longer than the packet", kV5, 0x10, "0004'MQTT' 05 02 003c 40 21 0001 0002'id'", kMalformed},
    {"property cut by the property length", kV5, 0x10, "0004'MQTT' 05 02 003c 02 21 00 0002'id'", kMalformed},
};

const Case kConnacks[] = {
    {"reserved acknowledge flag", kV311, 0x20, "02 00", kMalformed},
    {"return code 6", kV311, 0x20, "00 06", kProtocol},
    {"session present in a refusal", kV311, 0x20, "01 05", kProtocol},
    {"session present in a refusal", kV5, 0x20, "01 87 00", kProtocol},
    {"reason of DISCONNECT", kV5, 0x20, "00 8e 00", kProtocol},
    {"too long", kV311, 0x20, "00 00 00", kMalformed},
    {"no properties", kV5, 0x20, "00 00", kMalformed},
    {"Maximum QoS 2", kV5, 0x20, "00 00 02 24 02", kProtocol},
    {"Retain Available 2", kV5, 0x20, "00 00 02 25 02", kProtocol},
};

const Case kPublishes[] = {
    {"QoS 3", kV311, 0x36, "0001'a' 0001", kMalformed},
    {"QoS 3", kV5, 0x36, "0001'a' 0001 00", kMalformed},
    {"DUP at QoS 0", kV311, 0x38, "0001'a'", kMalformed},
    {"packet id 0", kV311, 0x32, "0001'a' 0000", kProtocol},
    {"no packet id", kV311, 0x32, "0001'a'", kMalformed},
    {"empty topic", kV31, 0x30, "0000", kTopicName},
    {"empty topic", kV311, 0x30, "0000", kTopicName},
    {"empty topic without alias", kV5, 0x30, "0000 00", kProtocol},
    {"'#' in a short topic", kV311, 0x30, "0003'a/#'", kTopicName},
    {"'+' in a long topic", kV311, 0x30, "0012'vehicle/+/location'", kTopicName},
    {"'+' in the last byte", kV311, 0x30, "0009'abcdefgh+'", kTopicName},
    {"U+0000 in a topic", kV311, 0x30, "0003 610062", kMalformed},
    {"U+0000 in a long topic", kV311, 0x30, "000a 'abcdefgh' 0062", kMalformed},
    {"bad UTF-8 in a topic", kV311, 0x30, "0002 61ff", kMalformed},
    {"wildcard beside UTF-8", kV311, 0x30, "0004 c3b6'/#'", kTopicName},
    {"topic longer than the packet", kV311, 0x30, "0005'abcd'", kMalformed},
    {"half a topic length", kV311, 0x30, "00", kMalformed},
    {"empty", kV311, 0x30, "", kMalformed},
    {"no property length", kV5, 0x30, "0001'a'", kMalformed},
    {"overlong property length", kV5, 0x30, "0001'a' 80 00", kMalformed},
    {"property length of five bytes", kV5, 0x30, "0001'a' 80 80 80 80 01", kMalformed},
    {"empty topic and damaged properties", kV5, 0x30, "0000 03 23 00", kMalformed},
    {"empty topic and an unknown property", kV5, 0x30, "0000 01 00", kMalformed},
    {"topic alias 0", kV5, 0x30, "0001'a' 03 23 0000", ReasonCode::kTopicAliasInvalid},
    {"topic alias twice", kV5, 0x30, "0001'a' 06 23 0001 23 0001", kProtocol},
    {"subscription identifier 0", kV5, 0x30, "0001'a' 02 0b 00", kProtocol},
    {"subscription identifier of five bytes", kV5, 0x30, "0001'a' 06 0b 8080808001", kMalformed},
    {"payload format 2", kV5, 0x30, "0001'a' 02 01 02", kProtocol},
    {"response topic with wildcard", kV5, 0x30, "0001'a' 06 08 0003'r/+'", kProtocol},
    {"empty response topic", kV5, 0x30, "0001'a' 03 08 0000", kProtocol},
    {"response topic not UTF-8", kV5, 0x30, "0001'a' 04 08 0001 ff", kMalformed},
    {"content type with U+0000", kV5, 0x30, "0001'a' 04 03 0001 00", kMalformed},
    {"user property's name not UTF-8", kV5, 0x30, "0001'a' 06 26 0001 80 0000", kMalformed},
    {"user property's value not UTF-8", kV5, 0x30, "0001'a' 06 26 0000 0001 c0", kMalformed},
    {"user property without value", kV5, 0x30, "0001'a' 04 26 0001'k'", kMalformed},
    {"unknown property 0", kV5, 0x30, "0001'a' 02 00 00", kMalformed},
    {"unknown property 4", kV5, 0x30, "0001'a' 02 04 00", kMalformed},
    {"unknown property 127", kV5, 0x30, "0001'a' 02 7f 00", kMalformed},
    {"unknown property 300", kV5, 0x30, "0001'a' 03 ac02 00", kMalformed},
    {"overlong property identifier", kV5, 0x30, "0001'a' 03 8100 01", kMalformed},
    {"Receive Maximum", kV5, 0x30, "0001'a' 03 21 0001", kMalformed},
};

const Case kAcknowledgements[] = {
    {"PUBACK packet id 0", kV311, 0x40, "0000", kProtocol},
    {"PUBACK too short", kV311, 0x40, "00", kMalformed},
    {"PUBACK too long", kV311, 0x40, "0001 00", kMalformed},
    {"PUBREL with a reason before 5.0", kV311, 0x62, "0001 00", kMalformed},
    {"PUBACK with a reason of SUBACK", kV5, 0x40, "0001 8f", kProtocol},
    {"PUBREC 0x92", kV5, 0x50, "0001 92", kProtocol},
    {"PUBREL 0x10", kV5, 0x62, "0001 10", kProtocol},
    {"PUBCOMP 0x80", kV5, 0x70, "0001 80", kProtocol},
    {"PUBACK properties cut", kV5, 0x40, "0001 00 05 1f 0001", kMalformed},
    {"PUBACK bytes after the properties", kV5, 0x40, "0001 00 00 00", kMalformed},
    {"PUBACK with a topic alias", kV5, 0x40, "0001 00 03 23 0001", kMalformed},
    {"Reason String twice", kV5, 0x40, "0001 00 08 1f 0001'a' 1f 0001'a'", kProtocol},
};

const Case kSubscriptions[] = {
    {"SUBSCRIBE packet id 0", kV311, 0x82, "0000 0001'a' 00", kProtocol},
    {"SUBSCRIBE without filters", kV311, 0x82, "0001", kProtocol},
    {"SUBSCRIBE without filters", kV5, 0x82, "0001 00", kProtocol},
    {"SUBSCRIBE without options", kV311, 0x82, "0001 0001'a'", kMalformed},
    {"SUBSCRIBE second filter cut", kV311, 0x82, "0001 0001'a' 00 0002'b'", kMalformed},
    {"SUBSCRIBE QoS 3", kV311, 0x82, "0001 0001'a' 03", kMalformed},
    {"SUBSCRIBE QoS 3", kV5, 0x82, "0001 00 0001'a' 03", kProtocol},
    {"SUBSCRIBE 5.0 options before 5.0", kV311, 0x82, "0001 0001'a' 04", kMalformed},
    {"SUBSCRIBE reserved option", kV5, 0x82, "0001 00 0001'a' 40", kMalformed},
    {"SUBSCRIBE Retain Handling 3", kV5, 0x82, "0001 00 0001'a' 30", kProtocol},
    {"SUBSCRIBE No Local on shared", kV5, 0x82, "0001 00 000a'$share/g/a' 04", kProtocol},
    {"SUBSCRIBE empty filter", kV311, 0x82, "0001 0000 00", kTopicFilter},
    {"SUBSCRIBE '#' not last", kV311, 0x82, "0001 0003'#/a' 00", kTopicFilter},
    {"SUBSCRIBE '#' beside text", kV311, 0x82, "0001 0002'a#' 00", kTopicFilter},
    {"SUBSCRIBE '+' beside text", kV311, 0x82, "0001 0002'a+' 00", kTopicFilter},
    {"SUBSCRIBE share without filter", kV5, 0x82, "0001 00 0008'$share/g' 00", kTopicFilter},
    {"SUBSCRIBE share name with wildcard", kV5, 0x82, "0001 00 000b'$share/g+/a' 00", kTopicFilter},
    {"SUBSCRIBE filter not UTF-8", kV311, 0x82, "0001 0001 ff 00", kMalformed},
    {"SUBSCRIBE identifier 0", kV5, 0x82, "0001 02 0b 00 0001'a' 00", kProtocol},
    {"SUBSCRIBE identifier twice", kV5, 0x82, "0001 04 0b 01 0b 02 0001'a' 00", kProtocol},
    {"SUBACK without reasons", kV311, 0x90, "0001", kMalformed},
    {"SUBACK 3", kV311, 0x90, "0001 03", kProtocol},
    {"SUBACK 0x87 before 5.0", kV311, 0x90, "0001 87", kProtocol},
    {"SUBACK 0x92", kV5, 0x90, "0001 00 92", kProtocol},
    {"UNSUBSCRIBE packet id 0", kV311, 0xa2, "0000 0001'a'", kProtocol},
    {"UNSUBSCRIBE without filters", kV311, 0xa2, "0001", kProtocol},
    {"UNSUBSCRIBE bad filter", kV5, 0xa2, "0001 00 0004'a/b+'", kTopicFilter},
    {"UNSUBSCRIBE with identifier", kV5, 0xa2, "0001 02 0b 01 0001'a'", kMalformed},
    {"UNSUBACK with reasons before 5.0", kV311, 0xb0, "0001 00", kMalformed},
    {"UNSUBACK 0x01", kV5, 0xb0, "0001 00 01", kProtocol},
    {"UNSUBACK without reasons", kV5, 0xb0, "0001 00", kMalformed},
};

const Case kRest[] = {
    {"PINGREQ with a body", kV311, 0xc0, "00", kMalformed},
    {"PINGRESP with a body", kV5, 0xd0, "00", kMalformed},
    {"DISCONNECT with a body before 5.0", kV311, 0xe0, "00", kMalformed},
    {"DISCONNECT reason of CONNACK", kV5, 0xe0, "8a 00", kProtocol},
    {"DISCONNECT with a Receive Maximum", kV5, 0xe0, "00 03 21 0001", kMalformed},
    {"DISCONNECT bytes after the end", kV5, 0xe0, "00 00 00", kMalformed},
    {"AUTH before 5.0", kV311, 0xf0, "", kProtocol},
    {"AUTH without method", kV5, 0xf0, "18 00", kProtocol},
    {"AUTH data without method", kV5, 0xf0, "18 04 16 0001'd'", kProtocol},
    {"AUTH without property length", kV5, 0xf0, "18", kMalformed},
    {"AUTH 0x87", kV5, 0xf0, "87 04 15 0001'm'", kProtocol},
    {"type 0", kV311, 0x00, "", kMalformed},
};

INSTANTIATE_TEST_SUITE_P(Connect, Malformed, testing::ValuesIn(kConnects));
INSTANTIATE_TEST_SUITE_P(Connack, Malformed, testing::ValuesIn(kConnacks));
INSTANTIATE_TEST_SUITE_P(Publish, Malformed, testing::ValuesIn(kPublishes));
INSTANTIATE_TEST_SUITE_P(Acknowledgement, Malformed, testing::ValuesIn(kAcknowledgements));
INSTANTIATE_TEST_SUITE_P(Subscription, Malformed, testing::ValuesIn(kSubscriptions));
INSTANTIATE_TEST_SUITE_P(Rest, Malformed, testing::ValuesIn(kRest));

// The other side of the rules: what looks odd and is allowed.
TEST(Decode, AcceptsWhatTheSpecificationAllows) {
    struct {
        ProtocolVersion version;
        const char* bytes;
    } const allowed[] = {
        {kV31, "10 10 0006'MQIsdp' 03 03 003c 0002'id'"},  // 3.1 gives bit 0 no meaning
        {kV5, "10 0d 0004'MQTT' 05 02 003c 00 0000"},      // empty client id
        {kV311, "10 0c 0004'MQTT' 04 00 003c 0000"},       // the engine answers this one
        {kV311, "30 08 0006 efbbbf'abc'"},                 // a byte order mark is a character
        {kV311, "30 05 0003'$/a'"},                        // '$' topics are the engine's affair
        {kV31, "20 02 ff 00"},                             // 3.1: a reserved byte
        {kV5, "40 04 000a 00 00"},                         // empty properties spelt out
        {kV5, "e0 02 00 00"},                              // the same
        {kV5, "f0 06 00 04 15 0001'm'"},                   // AUTH success with its method
        {kV311, "82 0f 0001 000a'$share/g/a' 00"},         // shared before 5.0
    };
    for (const auto& one : allowed) {
        const std::string bytes = wire(one.bytes);
        const FrameResult result = next_frame(as_bytes(bytes), 1000);
        ASSERT_EQ(result.status, FrameStatus::kDone) << one.bytes;
        const auto packet = decode(result.frame, one.version);
        EXPECT_TRUE(packet) << one.bytes << ": " << (packet ? "" : packet.error().what);
    }
}

}  // namespace
}  // namespace dray::mqtt
