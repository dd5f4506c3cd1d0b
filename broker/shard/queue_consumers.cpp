#include "shard/queue_consumers.h"

#include "shard/connections.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/queues.h"
#include "shard/sources.h"

namespace dray::shard {

namespace {

using session::MessageSource;
using session::Session;
using session::SourceKind;

template <typename Message>
void send_home(Core& core, Message message) {
    const ShardIndex home = home_of_queue(message.queue, core.options.count);
    if (home != core.options.index) return core.forward(home, std::move(message));
    receive_at_home(core, home, message);
}

template <typename Visit>
void for_each_queue(const Session& session, Visit visit) {
    for (const auto& [filter, subscription] : session.subscriptions) {
        if (subscription.source == 0) continue;
        if (session.sources[subscription.source - 1u].kind == SourceKind::kQueue) visit(filter, subscription);
    }
}

}  // namespace

std::optional<std::string_view> queue_name(std::string_view filter) {
    if (!filter.starts_with(kQueueRoot)) return std::nullopt;
    return filter.substr(kQueueRoot.size());
}

void look_up_queue(Core& core, const Session& session, std::string_view queue, Ticket ticket,
                   std::uint16_t request) {
    core.tickets.wait_for_more(ticket);
    send_home(core, QueueLookup{std::string(queue), session.number, ticket, request});
}

void join_queue(Core& core, Session& session, std::string_view filter) {
    const auto found = session.subscriptions.find(filter);
    if (found == session.subscriptions.end()) return;
    const session::Subscription& subscription = found->second;
    const MessageSource& source = session.sources[subscription.source - 1u];
    send_home(core, QueueJoin{source.group, session.number, subscription.options, subscription.id,
                              source.stay, session.able, load_at_home(core, session, source)});
}

void leave_queue(Core& core, Session& session, std::string_view queue, Ticket ticket) {
    for (MessageSource& source : session.sources) {
        if (source.kind == SourceKind::kQueue && source.group == queue) ++source.stay;
    }
    tell_outcomes(core);
    if (ticket != 0) core.tickets.wait_for_more(ticket);
    send_home(core, QueueLeave{std::string(queue), session.number, ticket});
}

void join_queues(Core& core, Session& session) {
    // An unknown one is taken from the session, perhaps at once.
    std::vector<std::string> filters;
    for_each_queue(session, [&](const std::string& filter, const auto&) { filters.push_back(filter); });
    for (const std::string& filter : filters) join_queue(core, session, filter);
}

void leave_queues(Core& core, Session& session) {
    for_each_queue(session, [&](const std::string&, const session::Subscription& subscription) {
        leave_queue(core, session, session.sources[subscription.source - 1u].group, 0);
    });
}

void receive_from_queue(Core& core, const QueueDeliver& delivery) {
    Session* session = core.sessions.find_number(delivery.session);
    const bool is_there = session != nullptr && session->is_connected();
    const std::uint16_t slot =
        is_there ? find_source(*session, SourceKind::kQueue, delivery.queue, {}) : std::uint16_t{0};
    // It may have left meanwhile and be here again, and others have had what is behind it.
    const bool is_consumer =
        slot != 0 && session->sources[slot - 1u].active && session->sources[slot - 1u].stay == delivery.stay;
    for (const QueueDeliver::Each& each : delivery.messages) {
        if (slot != 0) count_received(*session, slot);
        if (!is_consumer) {
            core.queue_outcomes.by_queue[delivery.queue].push_back({each.position, Outcome::kUnsent});
            continue;
        }
        session::Held held;
        held.message = each.message;
        held.root = core.statistics.books.root_of(each.message->topic());
        held.qos = delivery.options.qos;
        held.retain = delivery.options.retain_as_published && each.message->retain();
        held.subscription_id = delivery.subscription_id;
        held.source = slot;
        held.source_position = each.position;
        deliver(core, *session, std::move(held));
    }
    if (slot != 0 && !is_consumer) update_able(core, *session);
}

void refuse_queue(Core& core, const QueueUnknown& unknown) {
    if (Session* session = core.sessions.find_number(unknown.session)) {
        drop_subscription(core, *session, std::string(kQueueRoot) + unknown.queue);
    }
    if (unknown.ticket == 0) return;
    refuse_request(core, unknown.ticket, unknown.request, "there is no such queue");
    confirm(core, unknown.ticket);
}

void settle_queued(Core& core, const Session& session, const session::Held& held, Outcome outcome) {
    const MessageSource& source = session.sources[held.source - 1u];
    core.queue_outcomes.by_queue[source.group].push_back({held.source_position, outcome});
}

void consume(Core& core, const Session& session, const session::Held& held, Ticket ticket) {
    tell_outcomes(core);
    core.tickets.wait_for_more(ticket);
    send_home(core, QueueSettle{session.sources[held.source - 1u].group,
                                {{held.source_position, Outcome::kConsumed}},
                                ticket});
}

void tell_outcomes(Core& core) {
    auto outcomes = std::move(core.queue_outcomes.by_queue);
    core.queue_outcomes.by_queue.clear();
    for (auto& [queue, messages] : outcomes) send_home(core, QueueSettle{queue, std::move(messages), 0});
}

}  // namespace dray::shard
