#include "net/ws_stream.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "net/ws_upgrade.h"

namespace dray::net {

WsStream::Received WsStream::receive(std::span<std::uint8_t> bytes) {
    return upgraded_ ? unframe(bytes) : upgrade(bytes);
}

WsStream::Received WsStream::upgrade(std::span<std::uint8_t> bytes) {
    request_.append(as_text(bytes));
    UpgradeReply reply = read_upgrade(as_bytes(request_), header_bytes_max_);
    if (reply.status == UpgradeReply::Status::kNeedMore) return {};
    pending_ += reply.response;
    if (reply.status == UpgradeReply::Status::kRefused) {
        close_said_ = true;  // there is no WebSocket to close
        return {.ended = true, .violation = true, .why = std::move(reply.why)};
    }
    upgraded_ = true;
    is_of_foreign_page_ = reply.is_of_foreign_page;
    const std::size_t frames = request_.size() - reply.consumed;
    std::string().swap(request_);  // and its memory
    // The header ended within the bytes that came last, so its rest is their end.
    DRAY_ASSERT(frames <= bytes.size());
    std::memmove(bytes.data(), bytes.data() + bytes.size() - frames, frames);
    return unframe(bytes.first(frames));
}

WsStream::Received WsStream::unframe(std::span<std::uint8_t> bytes) {
    std::string replies;
    const WsDecoder::Result result = decoder_.decode(bytes, replies);
    if (control_.size() > kControlBytesMax) control_.clear();
    control_ += replies;
    Received received{.data_bytes = result.data_bytes};
    if (result.status == WsDecoder::Status::kPeerClosed) {
        close_said_ = true;  // the answer is among the replies
        received.ended = true;
        received.why = "the peer closed the WebSocket";
    } else if (result.status == WsDecoder::Status::kViolation) {
        say_close(result.code);
        received.ended = received.violation = true;
        received.why = result.what;
    }
    return received;
}

std::size_t WsStream::begin_write(std::size_t outbox_bytes, bool between_packets) {
    if (!upgraded_) return 0;
    if (between_packets) {
        pending_ += control_;
        std::string().swap(control_);  // and its memory
    }
    // After our close nothing is begun any more; a packet that was cut is finished.
    return close_said_ && between_packets ? 0 : outbox_bytes;
}

std::size_t WsStream::sent(std::size_t bytes) {
    const std::size_t of_pending = std::min(bytes, pending_.size());
    pending_.erase(0, of_pending);
    if (pending_.empty() && pending_.capacity() > kPendingBytesKept) std::string().swap(pending_);
    return bytes - of_pending;
}

void WsStream::say_close(WsCloseCode code) {
    if (close_said_ || !upgraded_) return;
    close_said_ = true;
    append_ws_close(code, control_);
}

}  // namespace dray::net
