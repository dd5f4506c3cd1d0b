#include "shard/look_ahead.h"

#include <array>
#include <string_view>

#include "mqtt/decode.h"
#include "shard/core.h"

namespace dray::shard {

namespace {

static_assert(Shard::kLookAheadMax <= topics::SubscriptionTree::kPrefetchMax);

class Topics {
  public:
    bool are_full() const { return count_ == topics_.size(); }
    void add(std::string_view topic) { topics_[count_++] = topic; }
    std::span<const std::string_view> view() const { return std::span(topics_).first(count_); }

  private:
    std::array<std::string_view, Shard::kLookAheadMax> topics_;
    std::size_t count_ = 0;
};

// As it stands there: empty where it is not whole, or an alias stands for it.
std::string_view topic_of_publish(ByteView body) {
    constexpr std::size_t kLengthBytes = 2;
    if (body.size() < kLengthBytes) return {};
    const std::size_t size = std::size_t{body[0]} << 8 | body[1];
    if (body.size() - kLengthBytes < size) return {};
    return as_text(body.subspan(kLengthBytes, size));
}

}  // namespace

std::size_t look_ahead(const Core& core, const Link& link, ByteView bytes) {
    if (!core.subscriptions.is_large()) return bytes.size();
    Topics topics;
    std::size_t seen = 0;
    while (!topics.are_full()) {
        const mqtt::FrameResult next =
            mqtt::next_frame(bytes.subspan(seen), link.receive_bytes_max, link.outbox.version());
        if (next.status != mqtt::FrameStatus::kDone) {
            seen = bytes.size();
            break;
        }
        seen += next.frame.size;
        if (next.frame.type == mqtt::PacketType::kPublish) topics.add(topic_of_publish(next.frame.body));
    }
    core.subscriptions.prefetch(topics.view());
    return seen;
}

void look_ahead(const Core& core, std::span<const ShardMessage* const> messages) {
    if (!core.subscriptions.is_large()) return;
    for (const ShardMessage* const message : messages) {
        if (const auto* deliver = std::get_if<Deliver>(message)) __builtin_prefetch(deliver->message.get());
    }
    Topics topics;
    for (const ShardMessage* const message : messages) {
        if (const auto* deliver = std::get_if<Deliver>(message)) topics.add(deliver->message->topic());
    }
    core.subscriptions.prefetch(topics.view());
}

}  // namespace dray::shard
