// The WebSocket entry: the HTTP request and the frames behind it. Input: a byte that says where to split and
// whether a good request goes in front, then what the peer sends. Laws: however the bytes arrive, the same
// stream comes out, with the same answers and the same end; what comes out is never more than what came in;
// after the end nothing is owed that the peer could make grow.
#include <algorithm>
#include <string>
#include <vector>

#include "base/assert.h"
#include "net/ws_stream.h"

namespace dray::net {
namespace {

constexpr std::string_view kRequest =
    "GET /mqtt HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Protocol: mqtt\r\n\r\n";

struct Heard {
    std::string stream;
    std::string said;  // by the server
    bool ended = false;
    bool violation = false;
    bool upgraded = false;

    // A request may be wrong in several ways, and be refused for the one that is seen first.
    friend bool operator==(const Heard& a, const Heard& b) {
        return a.stream == b.stream && (a.said == b.said || !a.upgraded) && a.ended == b.ended &&
               a.violation == b.violation && a.upgraded == b.upgraded;
    }
};

class Peer {
  public:
    void sends(ByteView bytes) {
        if (heard_.ended || bytes.empty()) return;
        std::vector<std::uint8_t> buffer(bytes.begin(), bytes.end());
        const WsStream::Received received = stream_.receive(buffer);
        DRAY_ASSERT(received.data_bytes <= bytes.size());
        heard_.stream.append(as_text({buffer.data(), received.data_bytes}));
        heard_.ended = received.ended;
        heard_.violation = received.violation;
        DRAY_ASSERT(!heard_.violation || heard_.ended);
        while (stream_.has_pending()) {
            DRAY_ASSERT(stream_.begin_write(0, true) == 0);
            const std::size_t due = stream_.pending().size();
            heard_.said.append(stream_.pending());
            DRAY_ASSERT(stream_.sent(due) == 0);
            if (due == 0) break;
        }
        heard_.upgraded = stream_.is_upgraded();
    }
    const Heard& heard() const { return heard_; }

  private:
    WsStream stream_{{.header_bytes_max = 1024, .message_bytes_max = 4096}};
    Heard heard_;
};

}  // namespace
}  // namespace dray::net

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace dray;
    if (size == 0) return 0;
    const bool asks_well = (data[0] & 1) != 0;
    const ByteView bytes(data + 1, size - 1);
    const std::size_t split = std::min<std::size_t>(data[0] >> 1, bytes.size());

    const auto speak = [&](auto&& in_pieces) {
        net::Peer peer;
        if (asks_well) peer.sends(as_bytes(net::kRequest));
        in_pieces(peer);
        return peer.heard();
    };
    const net::Heard at_once = speak([&](net::Peer& peer) { peer.sends(bytes); });
    DRAY_ASSERT(at_once == speak([&](net::Peer& peer) {
                    peer.sends(bytes.first(split));
                    peer.sends(bytes.subspan(split));
                }));
    DRAY_ASSERT(at_once == speak([&](net::Peer& peer) {
                    for (std::size_t i = 0; i < bytes.size(); ++i) peer.sends(bytes.subspan(i, 1));
                }));
    return 0;
}
