#include "shard/replays.h"

#include <algorithm>

#include "mqtt/topic.h"
#include "shard/core.h"
#include "shard/delivery.h"

namespace dray::shard {

namespace {

using session::Session;

// A walk looks at this many nodes before it lets others have their turn.
constexpr std::size_t kWalkNodesMax = 4096;

void send_to(Core& core, ShardIndex shard, ShardMessage message) {
    if (shard != core.options.index) return core.forward(shard, std::move(message));
    if (const auto* query = std::get_if<RetainedQuery>(&message)) {
        serve_retained(core, shard, *query);
    } else if (const auto* more = std::get_if<RetainedContinue>(&message)) {
        serve_retained(core, shard, *more);
    } else if (const auto* cancel = std::get_if<RetainedCancel>(&message)) {
        serve_retained(core, shard, *cancel);
    } else {
        receive_retained(core, shard, std::get<RetainedBatch>(message));
    }
}

void serve_batch(Core& core, std::uint64_t key) {
    RetainedServing& serving = core.replays.serving.at(key);
    RetainedBatch batch{serving.ticket, {}, false};
    for (std::size_t nodes = 0; nodes < kWalkNodesMax && batch.messages.size() < kReplayBatchMessages;
         nodes += 64) {
        if (serving.walk.done()) break;
        serving.walk.next(64, [&](const session::MessageRef& message) { batch.messages.push_back(message); });
    }
    batch.done = serving.walk.done();
    const ShardIndex to = serving.to;
    if (batch.done) core.replays.serving.erase(key);
    send_to(core, to, std::move(batch));
}

void deliver_retained(Core& core, Session& session, const Replay& replay,
                      const session::MessageRef& message) {
    if (!replay.superseded.empty() && replay.superseded.contains(std::string(message->topic()))) return;
    // [MQTT-5.0 3.8.3-3]
    if (replay.subscription.options.no_local && session.number == message->publisher()) return;
    session::Held held;
    held.message = message;
    held.root = core.statistics.books.root_of(message->topic());
    held.qos = std::min(message->qos(), replay.subscription.options.qos);
    held.retain = true;  // [MQTT-3.1.1 3.3.1-8]
    held.subscription_id = replay.subscription.subscription_id;
    deliver(core, session, std::move(held));
}

bool can_take_more(Core& core, const Session& session) {
    const Link* link = core.link_of(session);
    return link != nullptr && session.queue.empty() &&
           link->outbox.bytes() < core.limits().outbox_bytes_max / 2;
}

const std::vector<Ticket>& replays_of(const Core& core, const Session& session) {
    static const std::vector<Ticket> kNone;
    const auto found = core.replays.of_session.find(session.number);
    return found == core.replays.of_session.end() ? kNone : found->second;
}

void end_replay(Core& core, Session& session, Ticket ticket) {
    core.replays.running.erase(ticket);
    const auto own = core.replays.of_session.find(session.number);
    std::erase(own->second, ticket);
    if (own->second.empty()) core.replays.of_session.erase(own);
    --session.replays;
}

// Gives the session what waits, as far as it can take it. True if it could take more.
bool give_waiting(Core& core, Ticket ticket) {
    Replay& replay = core.replays.running.at(ticket);
    Session& session = *core.sessions.find_number(replay.session);
    while (!replay.waiting.empty() && can_take_more(core, session))
        deliver_retained(core, session, replay, replay.waiting.pop_front());
    if (replay.waiting.empty() && replay.sources_left == 0) {
        end_replay(core, session, ticket);
        return false;
    }
    return can_take_more(core, session);
}

void ask_for_more(Core& core, Ticket ticket) {
    std::vector<ShardIndex> shards;
    shards.swap(core.replays.running.at(ticket).wants_more);
    for (const ShardIndex shard : shards) send_to(core, shard, RetainedContinue{ticket});
}

}  // namespace

void start_replay(Core& core, Session& session, GrantSubscriptions::Replayed subscription) {
    const Ticket ticket = ++core.replays.last;
    const std::string filter = subscription.filter;
    Replay& replay = core.replays.running[ticket];
    replay.session = session.number;
    replay.subscription = std::move(subscription);
    core.replays.of_session[session.number].push_back(ticket);
    ++session.replays;
    if (!mqtt::has_wildcard(filter)) {
        replay.sources_left = 1;
        send_to(core, home_of(filter, core.options.count), RetainedQuery{filter, ticket});
        return;
    }
    replay.sources_left = core.options.count;
    for (ShardIndex shard = 0; shard < core.options.count; ++shard) {
        send_to(core, shard, RetainedQuery{filter, ticket});
    }
}

void receive_retained(Core& core, ShardIndex from, const RetainedBatch& batch) {
    const auto found = core.replays.running.find(batch.ticket);
    if (found == core.replays.running.end()) {
        if (!batch.done) send_to(core, from, RetainedCancel{batch.ticket});
        return;
    }
    Replay& replay = found->second;
    for (const session::MessageRef& message : batch.messages) replay.waiting.push_back(message);
    if (batch.done) {
        --replay.sources_left;
    } else {
        replay.wants_more.push_back(from);
    }
    // Not from within the loop that asked: the turn ends first, and other clients have theirs.
    if (give_waiting(core, batch.ticket)) core.replays.ready.push_back(batch.ticket);
}

void continue_replays(Core& core, Session& session) {
    if (!can_take_more(core, session)) return;
    for (const Ticket ticket : replays_of(core, session)) {
        const Replay& replay = core.replays.running.at(ticket);
        if (!replay.waiting.empty() || !replay.wants_more.empty()) core.replays.ready.push_back(ticket);
    }
}

void run_ready_replays(Core& core) {
    std::vector<Ticket> ready;
    ready.swap(core.replays.ready);
    for (const Ticket ticket : ready) {
        if (core.replays.running.contains(ticket) && give_waiting(core, ticket)) ask_for_more(core, ticket);
    }
}

void cancel_replays(Core& core, Session& session, std::string_view filter) {
    const std::vector<Ticket> own = replays_of(core, session);
    for (const Ticket ticket : own) {
        const Replay& replay = core.replays.running.at(ticket);
        if (replay.subscription.filter != filter) continue;
        for (const ShardIndex shard : replay.wants_more) send_to(core, shard, RetainedCancel{ticket});
        end_replay(core, session, ticket);
    }
}

void supersede_in_replays(Core& core, const Session& session, std::string_view topic) {
    for (const Ticket ticket : replays_of(core, session))
        core.replays.running.at(ticket).superseded.emplace(topic);
}

void serve_retained(Core& core, ShardIndex from, const RetainedQuery& query) {
    const std::uint64_t key = Replays::serving_key(from, query.ticket);
    core.replays.serving.insert_or_assign(
        key, RetainedServing{from, query.ticket, core.retained.walk(query.filter)});
    serve_batch(core, key);
}

void serve_retained(Core& core, ShardIndex from, const RetainedContinue& more) {
    const std::uint64_t key = Replays::serving_key(from, more.ticket);
    if (core.replays.serving.contains(key)) serve_batch(core, key);
}

void serve_retained(Core& core, ShardIndex from, const RetainedCancel& cancel) {
    core.replays.serving.erase(Replays::serving_key(from, cancel.ticket));
}

}  // namespace dray::shard
