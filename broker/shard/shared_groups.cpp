#include "shard/shared_groups.h"

#include <algorithm>
#include <utility>

#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/queues.h"
#include "shard/routing.h"
#include "shard/sources.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using session::MessageRef;
using session::Session;

void count_lost(Core& core, const MessageRef& message, Discard reason) {
    if (core.traces.is_on()) [[unlikely]]
        trace_discard(core, {}, *message, reason, "a shared subscription");
    core.statistics.books.of(*message).lose(reason);
}

// Hands it to an able member. False if there is none.
bool hand_to_member(Core& core, topics::SharedGroup& group, std::string_view filter,
                    const MessageRef& message) {
    const topics::GroupMember* member = choose_member(core, group);
    if (member == nullptr) return false;
    ++core.groups.able.at(member->id).given;
    GroupDeliver delivery{group.name(), std::string(filter), member->id,
                          message,      member->options,     member->subscription_id};
    const ShardIndex shard = shard_of(member->id);
    if (shard == core.options.index) {
        receive_from_group(core, delivery);
    } else {
        core.forward(shard, std::move(delivery));
    }
    return true;
}

void hand_out_waiting(Core& core, topics::GroupId id, SharedGroups::Waiting& waiting) {
    topics::SharedGroup& group = core.subscriptions.group(id);
    while (!waiting.messages.empty()) {
        const MessageRef message = waiting.messages.front();
        // Out of the group's books: it enters those of the session.
        if (!hand_to_member(core, group, group.filter(), message)) return;
        core.statistics.books.of(*message).hand_over();
        waiting.bytes -= message->weight();
        waiting.messages.pop_front();
    }
}

// A member of this shard that takes a message says at once whether it can take more, which leads back here:
// then the round that is under way is followed by another.
void hand_out_all_waiting(Core& core) {
    SharedGroups& groups = core.groups;
    groups.hand_out_again = true;
    if (groups.is_handing_out) return;
    groups.is_handing_out = true;
    while (std::exchange(groups.hand_out_again, false)) {
        for (auto& [id, waiting] : groups.waiting) hand_out_waiting(core, id, waiting);
    }
    groups.is_handing_out = false;
    std::erase_if(groups.waiting, [](const auto& entry) { return entry.second.messages.empty(); });
}

void hold(Core& core, topics::GroupId id, const MessageRef& message) {
    SharedGroups::Waiting& waiting = core.groups.waiting[id];
    if (waiting.messages.size() >= core.limits().queue_messages_max ||
        waiting.bytes + message->weight() > core.limits().queue_bytes_max) {
        return count_lost(core, message, Discard::kQueueFull);
    }
    core.statistics.books.of(*message).hold();
    waiting.bytes += message->weight();
    waiting.messages.push_back(message);
}

void deliver_or_hold(Core& core, topics::GroupId id, const MessageRef& message) {
    const auto waiting = core.groups.waiting.find(id);
    const bool must_wait = waiting != core.groups.waiting.end() && !waiting->second.messages.empty();
    topics::SharedGroup& group = core.subscriptions.group(id);
    if (!must_wait && hand_to_member(core, group, group.filter(), message)) return;
    if (message->qos() == mqtt::QoS::kAtMostOnce) return count_lost(core, message, Discard::kNoMember);
    hold(core, id, message);
}

// Messages that a member gives back are older than those that wait.
void hold_first(Core& core, topics::GroupId id, const std::vector<MessageRef>& messages) {
    SharedGroups::Waiting& waiting = core.groups.waiting[id];
    std::size_t newer = waiting.messages.size();
    for (const MessageRef& message : messages) hold(core, id, message);
    for (; newer > 0; --newer) waiting.messages.push_back(waiting.messages.pop_front());
}

// What a member has ever received from groups of that home.
MemberLoad load_of(const Core& core, const Session& session, ShardIndex home) {
    MemberLoad load{session.load, session.room, 0};
    for (const session::MessageSource& source : session.sources) {
        if (home_of(core, source) == home) load.received += source.received;
    }
    return load;
}

}  // namespace

const topics::GroupMember* choose_member(Core& core, topics::SharedGroup& group) {
    const auto load_of = [&](const topics::GroupMember& member) -> std::optional<std::uint64_t> {
        const auto found = core.groups.able.find(member.id);
        if (found == core.groups.able.end() || !found->second.has_room()) return std::nullopt;
        return found->second.unacknowledged();
    };
    if (core.options.shared_choice == SharedChoice::kLeastInflight) return group.least_loaded_member(load_of);
    return group.next_member([&](const topics::GroupMember& member) { return load_of(member).has_value(); });
}

MemberLoad load_at_home(const Core& core, const Session& session, const session::MessageSource& source) {
    return load_of(core, session, home_of(core, source));
}

void join_group(Core& core, ShardIndex from, const GroupJoin& join) {
    const auto added =
        core.subscriptions.join(join.group, join.filter, {join.session, join.options, join.subscription_id});
    const Ticket ticket = core.tickets.open(ConfirmTicket{from, join.ticket});
    std::vector<std::string> routes;
    if (added.is_first_local_for_filter) routes.push_back(join.filter);
    announce(core, routes, {}, ticket);
    confirm(core, ticket);
    if (join.able) set_member_able(core, {join.session, true, join.load});
}

void leave_group(Core& core, ShardIndex from, const GroupLeave& leave) {
    if (leave.ticket != 0) confirm(core, core.tickets.open(ConfirmTicket{from, leave.ticket}));
    topics::SharedGroup* group = core.subscriptions.find_group(leave.group, leave.filter);
    if (group == nullptr) return;
    if (group->members().size() == 1 && group->members().front().id == leave.session) {
        // The last member takes the group with it, and what waited for it reaches nobody.
        const auto waiting = core.groups.waiting.find(group->id());
        if (waiting != core.groups.waiting.end()) {
            Ring<MessageRef>& messages = waiting->second.messages;
            for (std::size_t i = 0; i < messages.size(); ++i) {
                if (core.traces.is_on()) [[unlikely]]
                    trace_discard(core, {}, *messages[i], Discard::kSessionEnded, "a shared subscription");
                core.statistics.books.of(*messages[i]).discard(Discard::kSessionEnded);
            }
            core.groups.waiting.erase(waiting);
        }
    }
    if (core.subscriptions.leave(leave.group, leave.filter, leave.session).was_last_local_for_filter) {
        announce(core, {}, {leave.filter}, 0);
    }
}

void set_member_able(Core& core, const MemberAble& change) {
    if (!change.able) {
        core.groups.able.erase(change.session);
        return;
    }
    SharedGroups::Able& member = core.groups.able[change.session];
    member.load = change.load;
    member.given = std::max(member.given, change.load.received);
    hand_out_all_waiting(core);
    consumer_is_able(core, change.session);
}

void deliver_to_group(Core& core, topics::GroupId group, const MessageRef& message) {
    if (Queue* queue = core.queues.find_group(group)) return attract(core, *queue, message);
    const auto stream = core.streams.by_group.find(group);
    if (stream != core.streams.by_group.end()) return append_to_stream(core, *stream->second, message);
    deliver_or_hold(core, group, message);
}

void return_to_group(Core& core, const GroupReturn& returned) {
    const topics::SharedGroup* group = core.subscriptions.find_group(returned.group, returned.filter);
    if (group == nullptr) {
        for (const MessageRef& message : returned.messages) count_lost(core, message, Discard::kNoMember);
        return;
    }
    const auto waiting = core.groups.waiting.find(group->id());
    if (waiting != core.groups.waiting.end() && !waiting->second.messages.empty()) {
        return hold_first(core, group->id(), returned.messages);
    }
    for (const MessageRef& message : returned.messages) deliver_or_hold(core, group->id(), message);
}

void send_to_group(Core& core, ShardIndex home, GroupReturn returned) {
    if (home != core.options.index) return core.forward(home, std::move(returned));
    return_to_group(core, returned);
}

void receive_from_group(Core& core, const GroupDeliver& delivery) {
    Session* session = core.sessions.find_number(delivery.session);
    const bool is_there = session != nullptr && session->is_connected();
    const std::uint16_t slot =
        is_there ? find_source(*session, session::SourceKind::kGroup, delivery.group, delivery.filter)
                 : std::uint16_t{0};
    if (slot != 0) count_received(*session, slot);
    if (slot == 0 || !session->sources[slot - 1u].active) {
        // It has left meanwhile: back to the others.
        const ShardIndex home =
            home_of(SharedGroups::key(delivery.group, delivery.filter), core.options.count);
        if (slot == 0 && home == core.options.index) core.groups.able.erase(delivery.session);
        send_to_group(core, home, {delivery.group, delivery.filter, {delivery.message}});
        if (slot != 0) update_able(core, *session);
        return;
    }
    session::Held held;
    held.message = delivery.message;
    held.qos = std::min(delivery.message->qos(), delivery.options.qos);
    held.retain = delivery.options.retain_as_published && delivery.message->retain();
    held.subscription_id = delivery.subscription_id;
    held.source = slot;
    held.root = core.statistics.books.root_of(held.message->topic());
    deliver(core, *session, std::move(held));
}

void update_able(Core& core, Session& session) {
    if (session.sources.empty()) return;
    const Link* link = core.link_of(session);
    const bool able = link != nullptr && session.queue.empty() && !session.inflight.has_unsent() &&
                      session.inflight.sent() < link->window &&
                      link->outbox.bytes() < core.limits().outbox_bytes_max;
    const auto room = able ? static_cast<std::uint32_t>(link->window - session.inflight.sent()) : 0;
    const std::size_t load = session.queue.size() + session.inflight.size();
    const bool is_less_loaded =
        core.options.shared_choice == SharedChoice::kLeastInflight && able && load < session.load;
    session.load = load;
    // In large steps: a message between shards for every so many.
    const bool has_more_room = room > 0 && room >= std::uint64_t{session.room} * 2;
    if (able == session.able && !is_less_loaded && !has_more_room) return;
    session.able = able;
    session.room = room;
    std::uint64_t told = 0;
    for (std::size_t i = 0; i < session.sources.size(); ++i) {
        if (session.sources[i].kind == session::SourceKind::kStream) continue;  // it asks by itself
        const ShardIndex home = home_of(core, session.sources[i]);
        if ((told >> home & 1U) != 0) continue;
        told |= std::uint64_t{1} << home;
        const MemberAble change{session.number, able, load_of(core, session, home)};
        if (home == core.options.index) {
            set_member_able(core, change);
        } else {
            core.forward(home, change);
        }
    }
}

}  // namespace dray::shard
