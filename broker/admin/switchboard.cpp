#include "admin/switchboard.h"

#include "base/assert.h"

namespace dray::admin {

namespace {

shard::Ticket ticket_of(const shard::ShardMessage& reply) {
    return std::visit(
        []<typename Kind>(const Kind& message) -> shard::Ticket {
            if constexpr (requires { message.ticket; }) return message.ticket;
            if constexpr (requires { (*message).ticket; }) return (*message).ticket;
            return 0;
        },
        reply);
}

}  // namespace

Switchboard::Switchboard(EventLoop& loop, reactor::Mailroom& mailroom) : loop_(loop), mailroom_(mailroom) {
    loop_.on_ring(mailroom_.bell(shard::kOutside), [this] {
        mailroom_.woken(shard::kOutside);
        take_mail();
    });
    take_mail();
}

void Switchboard::send(shard::ShardIndex shard, Ticket ticket, shard::ShardMessage request,
                       Answered answered) {
    waiting_.emplace(ticket, std::move(answered));
    tell(shard, std::move(request));
    loop_.after(kAnswerMax, [this, ticket] { answer(ticket, nullptr); });
}

void Switchboard::tell(shard::ShardIndex shard, shard::ShardMessage message) {
    DRAY_ASSERT(shard < shards());
    mailroom_.send(shard::kOutside, shard, std::move(message));
    mailroom_.deliver(shard::kOutside);
}

void Switchboard::answer(Ticket ticket, shard::ShardMessage* reply) {
    const auto found = waiting_.find(ticket);
    if (found == waiting_.end()) return;  // it came too late, or in time
    const Answered answered = std::move(found->second);
    waiting_.erase(found);
    answered(reply);
}

void Switchboard::take_mail() {
    do {
        mailroom_.take(shard::kOutside, [this](shard::ShardIndex from, reactor::Mail&& mail) {
            auto& said = std::get<shard::ShardMessage>(mail);
            if (const auto* news = std::get_if<shard::WatchNews>(&said))
                return watch_news_heard_(from, *news);
            answer(ticket_of(said), &said);
        });
    } while (!mailroom_.may_sleep(shard::kOutside));
}

}  // namespace dray::admin
