#include "admin/topic_routes.h"

#include <algorithm>
#include <map>
#include <utility>

#include "admin/json_response.h"
#include "admin/message_json.h"
#include "admin/query.h"
#include "shard/named_takers.h"
#include "shard/topic_counts.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;
using shard::RetainedBatch;
using shard::TopicCount;
using shard::TopicsReply;
using CallRef = std::shared_ptr<Call>;

constexpr std::uint64_t kTopicsMax = 1000;
constexpr std::uint64_t kRetainedMax = 1000;
constexpr std::uint64_t kRetainedPayloadBytesMax = 64 * 1024;

// Those of all shards in one list, the busiest first.
std::vector<TopicCount> add_up(const std::vector<TopicsReply>& replies) {
    std::map<std::string, TopicCount> sums;
    for (const TopicsReply& reply : replies) {
        for (const TopicCount& count : reply.topics) {
            TopicCount& sum = sums[count.topic];
            sum.messages += count.messages;
            sum.bytes += count.bytes;
            sum.has_more |= count.has_more;
        }
    }
    std::vector<TopicCount> all;
    for (auto& [topic, sum] : sums) {
        all.push_back(std::move(sum));
        all.back().topic = topic;
    }
    std::ranges::stable_sort(all, std::greater(), &TopicCount::messages);
    return all;
}

ordered_json topics_json(const std::vector<TopicsReply>& replies, std::size_t count_max) {
    std::vector<TopicCount> all = add_up(replies);
    const bool is_all = all.size() <= count_max &&
                        std::ranges::none_of(replies, [](const TopicsReply& reply) { return reply.is_full; });
    if (all.size() > count_max) all.resize(count_max);
    ordered_json topics = ordered_json::array();
    for (const TopicCount& count : all) {
        topics.push_back({{"topic", count.topic},
                          {"messages", count.messages},
                          {"bytes", count.bytes},
                          {"has_more", count.has_more}});
    }
    return {{"counted_ms", replies.front().counted_ms}, {"topics", topics}, {"is_all", is_all}};
}

void list_topics(const Context& context, const CallRef& call) {
    std::uint64_t count = 200;
    shard::TopicsRequest request;
    Query query(call->target.query);
    query.read("under", request.under);
    query.read("count", count, kTopicsMax);
    if (const auto problem = query.finish()) return call->respond(to_response(*problem));
    context.switchboard.ask_all<TopicsReply>(
        request, [call, count](const std::optional<std::vector<TopicsReply>>& replies) {
            if (!replies) return call->respond(to_response(kShardSilent));
            call->respond(json_response(topics_json(*replies, count)));
        });
}

// Goes through the retained messages of one shard after the other, a batch at a time, as a subscriber's shard
// does (shard/replays.h), until it has as many as are wanted.
class RetainedList : public std::enable_shared_from_this<RetainedList> {
  public:
    struct Options {
        std::string filter = "#";
        std::uint64_t count = 100;
        std::uint64_t payload_bytes_max = 256;
    };
    RetainedList(const Context& context, CallRef call, Options options)
        : switchboard_(context.switchboard), call_(std::move(call)), options_(std::move(options)) {}

    void ask() {
        ticket_ = switchboard_.ask<RetainedBatch>(shard_, shard::RetainedQuery{options_.filter, 0}, heard());
    }

  private:
    std::function<void(std::optional<RetainedBatch>)> heard() {
        return [self = shared_from_this()](const std::optional<RetainedBatch>& batch) { self->take(batch); };
    }

    void take(const std::optional<RetainedBatch>& batch) {
        bool has_room = batch.has_value();
        for (std::size_t i = 0; has_room && i < batch->messages.size(); ++i) {
            has_room = messages_.size() < options_.count;
            if (has_room) messages_.push_back(message_json(*batch->messages[i], options_.payload_bytes_max));
        }
        if (!has_room) {
            switchboard_.tell(shard_, shard::RetainedCancel{ticket_});
            return answer(false);
        }
        if (!batch->done) {
            return switchboard_.ask_on<RetainedBatch>(shard_, shard::RetainedContinue{ticket_}, heard());
        }
        if (++shard_ == switchboard_.shards()) return answer(true);
        ask();
    }

    void answer(bool is_all) { call_->respond(json_response({{"messages", messages_}, {"is_all", is_all}})); }

    Switchboard& switchboard_;
    CallRef call_;
    Options options_;
    shard::ShardIndex shard_ = 0;
    shard::Ticket ticket_ = 0;
    ordered_json messages_ = ordered_json::array();
};

void list_retained(const Context& context, const CallRef& call) {
    RetainedList::Options options;
    Query query(call->target.query);
    query.read("filter", options.filter);
    query.read("count", options.count, kRetainedMax);
    query.read("payload_bytes_max", options.payload_bytes_max, kRetainedPayloadBytesMax);
    if (!shard::is_attracted_by(options.filter)) query.fail("filter", "must be a filter of topics");
    if (const auto problem = query.finish()) return call->respond(to_response(*problem));
    std::make_shared<RetainedList>(context, call, std::move(options))->ask();
}

}  // namespace

void add_topic_routes(Router& router, const Context& context) {
    router.add("GET", "/api/v1/topics", [&context](const CallRef& call) { list_topics(context, call); });
    router.add("GET", "/api/v1/retained", [&context](const CallRef& call) { list_retained(context, call); });
}

}  // namespace dray::admin
