#include "shard/tickets.h"

#include "shard/answers.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"

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
    send(core, *link, mqtt::Suback{operation.packet_id, {}, std::move(operation.reasons)}, operation.why);
    session::Session* session = core.sessions.find_number(operation.session);
    if (session == nullptr || !session->is_connected()) return;
    for (GrantSubscriptions::Replayed& replayed : operation.replays) {
        start_replay(core, *session, std::move(replayed));
    }
}

void finish(Core& core, ConfirmUnsubscribe& operation) {
    Link* link = core.links.find(operation.link);
    if (link == nullptr || link->phase != Link::Phase::kConnected) return;
    send(core, *link, mqtt::Unsuback{operation.packet_id, {}, std::move(operation.reasons)});
}

void finish(Core& core, const ConfirmTicket& operation) {
    if (operation.shard == core.options.index) return confirm(core, operation.ticket);
    core.forward(operation.shard, Confirm{operation.ticket});
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

void finish(Core& core, const CollectionComplete& operation) {
    complete_collection(core, operation.collection);
}

void finish(Core& core, const CollectionDurable& operation) {
    collection_is_durable(core, operation);
}

}  // namespace

std::optional<Operation> Tickets::confirm(Ticket ticket) {
    const auto found = waiting_.find(ticket);
    if (found == waiting_.end() || --found->second.count > 0) return std::nullopt;
    std::optional<Operation> operation(std::move(found->second.operation));
    waiting_.erase(found);
    return operation;
}

void confirm(Core& core, Ticket ticket) {
    std::optional<Operation> operation = core.tickets.confirm(ticket);
    if (operation) std::visit([&core](auto& done) { finish(core, done); }, *operation);
}

}  // namespace dray::shard
