// Asks shards and brings their answers: the one thread of the outside (shard::kOutside).
//
//     switchboard.ask<StatisticsReply>(0, StatisticsRequest{}, [](std::optional<StatisticsReply> reply) {…});
//     switchboard.ask_all<StatisticsReply>(StatisticsRequest{}, [](auto replies) {…});   in the order of
//     shards
//
// A shard that has not answered after kAnswerMax is too busy, or stopping: then there is no reply. On the
// thread of the loop.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "admin/event_loop.h"
#include "base/assert.h"
#include "reactor/mailroom.h"

namespace dray::admin {

class Switchboard {
  public:
    static constexpr std::chrono::milliseconds kAnswerMax{5000};

    Switchboard(EventLoop& loop, reactor::Mailroom& mailroom);
    Switchboard(const Switchboard&) = delete;
    Switchboard& operator=(const Switchboard&) = delete;

    shard::ShardIndex shards() const { return mailroom_.shards(); }

    // Returns the ticket, which comes back with the answer.
    template <typename Reply, typename Request>
    shard::Ticket ask(shard::ShardIndex shard, Request request,
                      std::function<void(std::optional<Reply>)> then) {
        const Ticket ticket = request.ticket = ++last_ticket_;
        ask_on<Reply>(shard, std::move(request), std::move(then));
        return ticket;
    }

    // A further question under the ticket of one that was answered. It has only what is left of the first
    // one's time.
    template <typename Reply, typename Request>
    void ask_on(shard::ShardIndex shard, Request request, std::function<void(std::optional<Reply>)> then) {
        const Ticket ticket = request.ticket;
        send(shard, ticket, std::move(request), [then = std::move(then)](shard::ShardMessage* reply) {
            if (reply == nullptr) return then(std::nullopt);
            Reply* const said = shard::get_if<Reply>(*reply);
            DRAY_ASSERT(said != nullptr);
            then(std::move(*said));
        });
    }

    // What shards say unasked.
    using WatchNewsHeard = std::function<void(shard::ShardIndex from, const shard::WatchNews&)>;
    void on_watch_news(WatchNewsHeard heard) { watch_news_heard_ = std::move(heard); }

    // What wants no answer.
    void tell(shard::ShardIndex shard, shard::ShardMessage message);

    // All replies, or nothing if one is missing.
    template <typename Reply, typename Request>
    void ask_all(const Request& request, std::function<void(std::optional<std::vector<Reply>>)> then) {
        struct Gathering {
            std::vector<Reply> replies;
            std::size_t missing;
            bool failed = false;
            std::function<void(std::optional<std::vector<Reply>>)> then;
        };
        auto gathering = std::make_shared<Gathering>();
        gathering->replies.resize(shards());
        gathering->missing = shards();
        gathering->then = std::move(then);
        for (shard::ShardIndex shard = 0; shard < shards(); ++shard) {
            ask<Reply>(shard, request, [gathering, shard](std::optional<Reply> reply) {
                gathering->failed |= !reply;
                if (reply) gathering->replies[shard] = std::move(*reply);
                if (--gathering->missing > 0) return;
                if (gathering->failed) return gathering->then(std::nullopt);
                gathering->then(std::move(gathering->replies));
            });
        }
    }

  private:
    using Ticket = shard::Ticket;
    using Answered = std::function<void(shard::ShardMessage*)>;  // nullptr: not in time

    void send(shard::ShardIndex shard, Ticket ticket, shard::ShardMessage request, Answered answered);
    void answer(Ticket ticket, shard::ShardMessage* reply);
    void take_mail();

    EventLoop& loop_;
    reactor::Mailroom& mailroom_;
    Ticket last_ticket_ = 0;
    std::unordered_map<Ticket, Answered> waiting_;
    WatchNewsHeard watch_news_heard_ = [](shard::ShardIndex, const shard::WatchNews&) {};
};

}  // namespace dray::admin
