#include "shard/tickets.h"

#include <algorithm>

#include "shard/answers.h"
#include "shard/core.h"
#include "shard/dead_letters.h"
#include "shard/delivery.h"
#include "shard/handlers.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

void finish(Core& core, const AcknowledgePublish& operation) {
    Link* link = core.links.find(operation.link);
    if (link == nullptr || operation.due < link->due_first) return;
    link->due[operation.due - link->due_first].ready = true;
    release_due(core, *link);
}

void finish(Core& core, GrantSubscriptions& operation) {
    Link* link = core.links.find(operation.link);
    if (link == nullptr || link->phase != Link::Phase::kConnected) return;
    if (core.traces.is_on()) [[unlikely]]
        trace_grants(core, *link, "suback", operation.packet_id, operation.reasons, operation.why);
    send(core, *link, mqtt::Suback{operation.packet_id, {}, std::move(operation.reasons)}, operation.why);
    session::Session* session = core.sessions.find_number(operation.session);
    if (session == nullptr || !session->is_connected()) return;
    for (GrantSubscriptions::Replayed& replayed : operation.replays) {
        // Unless it was ended again before its SUBACK.
        if (session->subscriptions.contains(replayed.filter))
            start_replay(core, *session, std::move(replayed));
    }
    if (session->readers > 0) begin_readers(core, *session);
    for (const std::string& filter : operation.queues) join_queue(core, *session, filter);
    for (const std::string& topic : operation.watches) tell_of_watch(core, topic);
}

void finish(Core& core, ConfirmUnsubscribe& operation) {
    Link* link = core.links.find(operation.link);
    if (link == nullptr || link->phase != Link::Phase::kConnected) return;
    if (core.traces.is_on()) [[unlikely]]
        trace_grants(core, *link, "unsuback", operation.packet_id, operation.reasons, "");
    send(core, *link, mqtt::Unsuback{operation.packet_id, {}, std::move(operation.reasons)}, "");
}

void finish(Core& core, const ConfirmTicket& operation) {
    if (operation.ticket == 0) return;
    confirm(core, operation);
}

void finish(Core& core, const SendShort& operation) {
    Link* link = core.links.find(operation.link);
    if (link == nullptr || link->phase != Link::Phase::kConnected) return;
    send_short(core, *link, operation.type, operation.packet_id, operation.reason);
}

void finish(Core& core, const ReleaseOutput& operation) {
    Link* link = core.links.find(operation.link);
    if (link == nullptr) return;
    link->outbox.hold(false);
    link->flush_listed = false;
    mark_for_flush(core, *link);
}

void finish(Core& core, const MoveDone& operation) {
    move_is_done(core, operation);
}

void finish(Core& core, const CollectionComplete& operation) {
    complete_collection(core, operation.collection);
}

void finish(Core& core, const CollectionDurable& operation) {
    collection_is_durable(core, operation);
}

void finish(Core& core, SendMail& operation) {
    core.forward(operation.to, std::move(operation.message));
}

}  // namespace

std::optional<Operation> Tickets::confirm(Ticket ticket) {
    Waiting& waiting = at(ticket);
    DRAY_ASSERT(waiting.count > 0);
    if (--waiting.count > 0) return std::nullopt;
    std::optional<Operation> operation(std::move(waiting.operation));
    for (; !waiting_.empty() && waiting_.front().count == 0; ++oldest_) waiting_.pop_front();
    return operation;
}

void refuse_request(Core& core, Ticket ticket, std::uint16_t request, const char* why) {
    auto& grant = std::get<GrantSubscriptions>(core.tickets.operation(ticket));
    const Link* link = core.links.find(grant.link);
    const bool is_v5 = link != nullptr && link->is_v5();
    grant.reasons.at(request) =
        is_v5 ? mqtt::ReasonCode::kTopicFilterInvalid : mqtt::ReasonCode::kUnspecifiedError;
    if (*grant.why == '\0') grant.why = why;
}

void confirm(Core& core, Ticket ticket) {
    std::optional<Operation> operation = core.tickets.confirm(ticket);
    if (operation) std::visit([&core](auto& done) { finish(core, done); }, *operation);
}

void confirm(Core& core, const ConfirmTicket& ticket) {
    if (ticket.shard == core.options.index) return confirm(core, ticket.ticket);
    // Many for the same shard travel as one.
    auto& forwards = core.effects.forwards;
    for (std::size_t back = 1; back <= std::min<std::size_t>(forwards.size(), core.options.count); ++back) {
        Effects::Forward& forward = forwards[forwards.size() - back];
        if (forward.to != ticket.shard) continue;
        if (auto* confirm = std::get_if<Confirm>(&forward.message))
            return confirm->tickets.push_back(ticket.ticket);
        break;
    }
    core.forward(ticket.shard, Confirm{{ticket.ticket}});
}

}  // namespace dray::shard
