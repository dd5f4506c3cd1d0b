#include "shard/topic_counts.h"

#include <algorithm>
#include <chrono>

#include "shard/core.h"

namespace dray::shard {

void TopicCounts::stop() {
    counts_.clear();
    is_counting_ = is_full_ = false;
}

TopicCounts::Count* TopicCounts::place_of(std::string_view topic) {
    const auto found = counts_.find(topic);
    if (found != counts_.end()) return &found->second;
    if (counts_.size() >= kTopicsMax || topic.size() > kTopicBytesMax) {
        is_full_ = true;
        return nullptr;
    }
    return &counts_.emplace(topic, Count{}).first->second;
}

void TopicCounts::add(std::string_view topic, std::size_t bytes, Instant now) {
    if (now > ends_) return stop();
    Count* above = nullptr;
    for (std::size_t end = 0; end != std::string_view::npos;) {
        end = topic.find('/', above == nullptr ? 0 : end + 1);
        Count* const count = place_of(topic.substr(0, end));
        if (count == nullptr) return;
        ++count->messages;
        count->bytes += bytes;
        if (above != nullptr) above->has_more = true;
        above = count;
    }
}

TopicsReply TopicCounts::ask(const TopicsRequest& request, Instant now) {
    if (is_counting_ && now > ends_) stop();
    if (!is_counting_) began_ = now;
    is_counting_ = true;
    ends_ = now + std::chrono::milliseconds(kKeptMs);

    TopicsReply reply;
    reply.ticket = request.ticket;
    reply.counted_ms = static_cast<std::uint64_t>((now - began_).count());
    reply.is_full = is_full_;
    const std::string prefix = request.under ? *request.under + '/' : std::string();
    for (auto next = counts_.lower_bound(prefix); next != counts_.end(); ++next) {
        const auto& [topic, count] = *next;
        if (!topic.starts_with(prefix)) break;
        if (topic.find('/', prefix.size()) != std::string::npos) continue;
        reply.topics.push_back({topic, count.messages, count.bytes, count.has_more});
    }
    return reply;
}

void serve_topics_request(Core& core, ShardIndex from, const TopicsRequest& request) {
    core.forward(from, core.topic_counts.ask(request, core.now));
}

}  // namespace dray::shard
