// Packets. Input: a byte that picks the connection's version, then what a peer sends.
// Laws: nothing is read out of bounds; a packet that is taken can be encoded and taken again as the same; a
// PUBLISH is the same by either way in, and its size is the size that was said.
#include "base/assert.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "packet_text.h"

namespace dray::mqtt {
namespace {

constexpr std::size_t kPacketBytesMax = 1 << 16;

Frame whole_frame(const std::string& bytes) {
    const FrameResult result = next_frame(as_bytes(bytes), kPacketBytesMax * 2);
    DRAY_ASSERT(result.status == FrameStatus::kDone && result.frame.size == bytes.size());
    return result.frame;
}

void check_publish(const Frame& frame, ProtocolVersion version, const Packet& packet,
                   const std::string& encoded) {
    if (frame.type != PacketType::kPublish) return;
    const auto publish = decode_publish(frame, version);
    DRAY_ASSERT(publish && text_of(*publish) == text_of(packet));
    DRAY_ASSERT(encoded_size(*publish, version) == encoded.size());
}

void check(const Frame& frame, ProtocolVersion version) {
    const auto packet = decode(frame, version);
    if (!packet) {
        DRAY_ASSERT(is_failure(packet.error().reason));
        return;
    }
    const Connect* connect = std::get_if<Connect>(&*packet);
    const ProtocolVersion said = connect ? connect->version : version;
    std::string encoded;
    encode(*packet, said, encoded);
    const auto again = decode(whole_frame(encoded), said);
    DRAY_ASSERT(again && text_of(*again) == text_of(*packet));
    check_publish(frame, version, *packet, encoded);
}

}  // namespace
}  // namespace dray::mqtt

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dray::mqtt;
    if (size == 0) return 0;
    const auto version = static_cast<ProtocolVersion>(3 + data[0] % 3);
    dray::ByteView input(data + 1, size - 1);
    while (true) {
        const FrameResult result = next_frame(input, kPacketBytesMax);
        if (result.status != FrameStatus::kDone) break;
        check(result.frame, version);
        input = input.subspan(result.frame.size);
    }
    return 0;
}
