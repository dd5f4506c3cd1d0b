// The hot path's own entrances: header without payload, exact size, short acknowledgements.
#include <gtest/gtest.h>

#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "mqtt/topic_scan.h"
#include "packet_text.h"
#include "sample_packets.h"
#include "wire_text.h"

namespace dray::mqtt {
namespace {

TEST(PublishHeader, WithThePayloadBehindItIsTheWholePacket) {
    for (const Sample& sample : sample_packets()) {
        const Publish* publish = std::get_if<Publish>(&sample.packet);
        if (!publish) continue;
        std::vector<std::uint8_t> header(publish_header_bytes_max(*publish));
        const std::uint8_t* end = encode_publish_header(*publish, sample.version, header.data());
        ASSERT_LE(end, header.data() + header.size());
        std::string whole(header.data(), const_cast<std::uint8_t*>(end));
        whole += as_text(publish->payload);
        EXPECT_EQ(hex(as_bytes(whole)), hex(as_bytes(sample.bytes))) << sample.name;
        EXPECT_EQ(encoded_size(*publish, sample.version), sample.bytes.size()) << sample.name;
    }
}

TEST(PublishHeader, SizesAroundEveryLengthOfRemainingLengthAreExact) {
    for (const std::size_t remaining : {127U, 128U, 16383U, 16384U, 2097151U, 2097152U}) {
        const std::string payload(remaining - 3, 'x');
        Publish publish;
        publish.topic = "a";
        publish.payload = as_bytes(payload);
        std::string out;
        encode(publish, ProtocolVersion::kV311, out);
        EXPECT_EQ(encoded_size(publish, ProtocolVersion::kV311), out.size());
        const FrameResult result = next_frame(as_bytes(out), 1 << 24);
        ASSERT_EQ(result.status, FrameStatus::kDone);
        EXPECT_EQ(result.frame.size, out.size());
        EXPECT_EQ(result.frame.body.size(), remaining);
    }
}

TEST(DecodePublish, AgreesWithDecode) {
    for (const Sample& sample : sample_packets()) {
        if (!std::holds_alternative<Publish>(sample.packet)) continue;
        const Frame frame = next_frame(as_bytes(sample.bytes), 1000).frame;
        const auto publish = decode_publish(frame, sample.version);
        ASSERT_TRUE(publish) << sample.name;
        EXPECT_EQ(text_of(*publish), text_of(sample.packet)) << sample.name;
    }
}

TEST(DecodeAcknowledgement, AgreesWithDecodeAndRefusesATail) {
    const std::string bytes = wire("40 03 000a 10");
    const auto puback = decode_acknowledgement(next_frame(as_bytes(bytes), 100).frame, ProtocolVersion::kV5);
    ASSERT_TRUE(puback);
    EXPECT_EQ(puback->packet_id, PacketId{10});
    EXPECT_EQ(puback->reason, ReasonCode::kNoMatchingSubscribers);
    EXPECT_FALSE(decode_acknowledgement(next_frame(as_bytes(bytes), 100).frame, ProtocolVersion::kV311));
}

TEST(ShortAcknowledgement, IsTheFourBytesOfTheSpecification) {
    struct {
        PacketType type;
        const char* bytes;
    } const all[] = {{PacketType::kPuback, "40 02 ab cd"},
                     {PacketType::kPubrec, "50 02 ab cd"},
                     {PacketType::kPubrel, "62 02 ab cd"},
                     {PacketType::kPubcomp, "70 02 ab cd"}};
    for (const auto& one : all) {
        EXPECT_EQ(hex(encode_short_acknowledgement(one.type, PacketId{0xabcd}).bytes), one.bytes);
    }
}

TEST(ConnackReturnCode, IsWhatComesClosest) {
    EXPECT_EQ(connack_return_code(ReasonCode::kSuccess), 0);
    EXPECT_EQ(connack_return_code(ReasonCode::kUnsupportedProtocolVersion), 1);
    EXPECT_EQ(connack_return_code(ReasonCode::kClientIdentifierNotValid), 2);
    EXPECT_EQ(connack_return_code(ReasonCode::kServerBusy), 3);
    EXPECT_EQ(connack_return_code(ReasonCode::kBadUserNameOrPassword), 4);
    EXPECT_EQ(connack_return_code(ReasonCode::kBanned), 5);
}

TEST(Encode, BeforeVersion5EveryRefusedSubscriptionIs0x80) {
    Suback suback;
    suback.packet_id = PacketId{1};
    suback.reasons = {ReasonCode::kNotAuthorized, ReasonCode::kGrantedQoS1};
    std::string out;
    encode(suback, ProtocolVersion::kV311, out);
    EXPECT_EQ(hex(as_bytes(out)), "90 04 00 01 80 01");
}

TEST(EncodeDeath, APacketIdOfZeroIsOurOwnBug) {
    Publish publish;
    publish.topic = "a";
    publish.qos = QoS::kAtLeastOnce;
    std::string out;
    EXPECT_DEATH(encode(publish, ProtocolVersion::kV311, out), "assertion failed");
}

TEST(TopicScan, FindsEveryUnusualByteAtEveryPlace) {
    for (std::size_t size = 1; size < 40; ++size) {
        ASSERT_TRUE(is_plain_topic_name(std::string(size, 'a')));
        for (std::size_t at = 0; at < size; ++at) {
            for (unsigned byte = 0; byte < 256; ++byte) {
                std::string topic(size, '/');
                topic[at] = static_cast<char>(byte);
                const bool is_plain = byte != 0 && byte < 0x80 && byte != '#' && byte != '+';
                ASSERT_EQ(is_plain_topic_name(topic), is_plain) << size << " " << at << " " << byte;
            }
        }
    }
    EXPECT_FALSE(is_plain_topic_name(""));
}

}  // namespace
}  // namespace dray::mqtt
