// SUBSCRIBE and UNSUBSCRIBE, MQTT 3.1.1 and 5.0 sections 3.8 to 3.11.
//
// A subscription takes effect here at once; SUBACK goes out when every other shard knows the way to it, so
// that what anyone publishes after they saw the SUBACK is received. UNSUBACK of a shared subscription goes
// out when the home of its group no longer chooses this member [MQTT-5.0 3.10.4-2].
#include <algorithm>

#include "mqtt/topic.h"
#include "shard/access.h"
#include "shard/answers.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"
#include "shard/named_takers.h"
#include "shard/routing.h"
#include "shard/sources.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using mqtt::ReasonCode;
using session::Session;
using session::Subscription;

TopicRefusal check_stream(const Core& core, const StreamFilter& filter, std::string_view start_property) {
    if (!core.streams.names.contains(filter.stream)) {
        return {ReasonCode::kTopicFilterInvalid, "there is no stream of that name"};
    }
    if (!parse_stream_start(filter.start.empty() ? start_property : filter.start)) {
        return {ReasonCode::kTopicFilterInvalid,
                "a stream begins at 'earliest', 'latest', an offset, or '@' and a time"};
    }
    return {};
}

TopicRefusal check(Core& core, const Link& link, const mqtt::SubscriptionRequest& request,
                   std::string_view start_property) {
    const std::string_view filter = request.filter;
    // First: whoever may not have it does not learn what there is.
    const TopicRefusal forbidden = refuse_subscribe(core, link, filter);
    if (forbidden.reason != ReasonCode::kSuccess) return forbidden;
    if (std::count(filter.begin(), filter.end(), '/') + 1 > core.limits().topic_levels_max) {
        return {ReasonCode::kTopicFilterInvalid, "the filter has too many levels"};
    }
    if (const auto stream = parse_stream_filter(filter)) {
        const TopicRefusal refused = check_stream(core, *stream, start_property);
        if (refused.reason != ReasonCode::kSuccess) return refused;
    }
    const Session& session = *link.session;
    if (session.subscriptions.size() >= core.limits().subscriptions_max &&
        !session.subscriptions.contains(filter)) {
        return {ReasonCode::kQuotaExceeded, "the session has as many subscriptions as it may have"};
    }
    if (const auto queue = queue_name(filter); queue && !is_valid_taker_name(*queue)) {
        return {ReasonCode::kTopicFilterInvalid, "no queue can have this name"};
    }
    return {};
}

void join(Core& core, Session& session, const mqtt::SharedFilter& shared, const Subscription& subscription,
          Ticket ticket) {
    GroupJoin message{std::string(shared.group),
                      std::string(shared.filter),
                      session.number,
                      subscription.options,
                      subscription.id,
                      session.able,
                      load_at_home(core, session, session.sources[subscription.source - 1u]),
                      ticket};
    core.tickets.wait_for_more(ticket);
    const ShardIndex home = home_of(SharedGroups::key(shared.group, shared.filter), core.options.count);
    if (home == core.options.index) {
        join_group(core, core.options.index, message);
    } else {
        core.forward(home, std::move(message));
    }
}

bool wants_retained(mqtt::RetainHandling handling, bool is_new) {
    return handling == mqtt::RetainHandling::kSend ||
           (handling == mqtt::RetainHandling::kSendIfNew && is_new);
}

}  // namespace

void handle_subscribe(Core& core, Link& link, const mqtt::Subscribe& subscribe) {
    for (const mqtt::SubscriptionRequest& request : subscribe.requests) {
        if (!request.options.no_local || !mqtt::parse_shared(request.filter)) continue;
        // [MQTT-5.0 3.8.3-4]
        return protocol_error(core, link, ReasonCode::kProtocolError, "No Local on a shared subscription");
    }
    Session& session = *link.session;
    if (core.traces.is_on()) [[unlikely]]
        trace_subscribe(core, session, subscribe);
    const std::uint32_t id =
        subscribe.properties.integer(mqtt::PropertyId::kSubscriptionIdentifier).value_or(0);
    const std::string_view start = start_property(subscribe.properties);
    GrantSubscriptions grant{link.id, session.number, subscribe.packet_id, {}, {}, {}, {}, ""};
    const Ticket ticket = core.tickets.open(ConfirmTicket{});
    std::vector<std::string> added;
    struct Lookup {
        std::string queue;
        std::uint16_t request = 0;
    };
    std::vector<Lookup> lookups;

    for (const mqtt::SubscriptionRequest& request : subscribe.requests) {
        if (const TopicRefusal refused = check(core, link, request, start);
            refused.reason != ReasonCode::kSuccess) {
            tell_refusal(core, link, "subscribe", request.filter, refused);
            grant.reasons.push_back(link.is_v5() ? refused.reason : ReasonCode::kUnspecifiedError);
            if (*grant.why == '\0') grant.why = refused.why;
            continue;
        }
        const bool is_stream = parse_stream_filter(request.filter).has_value();
        const auto [at, is_new] = session.subscriptions.try_emplace(std::string(request.filter));
        Subscription& subscription = at->second;
        subscription.options = request.options;
        if (is_stream) subscription.options.qos = std::min(request.options.qos, mqtt::QoS::kAtLeastOnce);
        grant.reasons.push_back(static_cast<ReasonCode>(subscription.options.qos));
        subscription.id = id;
        if (is_new) ++core.statistics.subscriptions;
        keep_subscription(core, session, request.filter, subscription);
        if (const auto shared = mqtt::parse_shared(request.filter)) {
            if (is_new) ++core.statistics.shared_subscriptions;
            subscription.source =
                source_slot(session, session::SourceKind::kGroup, shared->group, shared->filter);
            update_able(core, session);
            join(core, session, *shared, subscription, ticket);
            continue;  // shared subscriptions get no retained messages [MQTT-5.0 4.8.2]
        }
        if (is_stream) {
            subscribe_to_stream(core, session, request.filter, subscription, start, ticket);
            continue;
        }
        if (const auto queue = queue_name(request.filter)) {
            subscription.source = source_slot(session, session::SourceKind::kQueue, *queue, {});
            update_able(core, session);
            grant.queues.push_back(at->first);
            lookups.push_back({std::string(*queue), static_cast<std::uint16_t>(grant.reasons.size() - 1)});
            continue;
        }
        const auto outcome =
            core.subscriptions.subscribe(request.filter, {session.index, id, request.options});
        if (outcome.is_first_local_for_filter) added.emplace_back(request.filter);
        if (is_watch(request.filter)) {
            if (is_new) begin_watch(core, at->first);
            grant.watches.push_back(at->first);
            continue;
        }
        if (wants_retained(request.options.retain_handling, is_new)) {
            grant.replays.push_back({std::string(request.filter), request.options, id});
        }
    }
    core.tickets.set(ticket, std::move(grant));
    announce(core, added, {}, ticket);
    for (const Lookup& lookup : lookups) look_up_queue(core, session, lookup.queue, ticket, lookup.request);
    if (session.stored != 0) wait_for_disk(core, ticket);
    confirm(core, ticket);
}

void restore_subscription(Core& core, Session& session, std::string_view filter,
                          const mqtt::SubscriptionOptions& options, std::uint32_t id,
                          std::vector<std::string>& routes) {
    Subscription& subscription = session.subscriptions[std::string(filter)];
    subscription.options = options;
    subscription.id = id;
    ++core.statistics.subscriptions;
    if (const auto shared = mqtt::parse_shared(filter)) {
        ++core.statistics.shared_subscriptions;
        subscription.source =
            source_slot(session, session::SourceKind::kGroup, shared->group, shared->filter);
        const Ticket ticket = core.tickets.open(ConfirmTicket{core.options.index, 0});
        join(core, session, *shared, subscription, ticket);
        return confirm(core, ticket);
    }
    if (parse_stream_filter(filter)) return restore_stream_subscription(session, filter, subscription);
    if (const auto queue = queue_name(filter)) {
        // It joins when its client is there.
        subscription.source = source_slot(session, session::SourceKind::kQueue, *queue, {});
        return;
    }
    const auto outcome = core.subscriptions.subscribe(filter, {session.index, id, options});
    if (outcome.is_first_local_for_filter) routes.emplace_back(filter);
}

void handle_unsubscribe(Core& core, Link& link, const mqtt::Unsubscribe& unsubscribe) {
    Session& session = *link.session;
    if (core.traces.is_on()) [[unlikely]]
        trace_unsubscribe(core, session, unsubscribe);
    ConfirmUnsubscribe done{link.id, unsubscribe.packet_id, {}};
    const Ticket ticket = core.tickets.open(ConfirmTicket{});
    for (const std::string_view filter : unsubscribe.filters) {
        const bool existed = drop_subscription(core, session, filter, ticket);
        if (existed) discard_unsent(core, session, filter);
        done.reasons.push_back(existed ? ReasonCode::kSuccess : ReasonCode::kNoSubscriptionExisted);
    }
    core.tickets.set(ticket, std::move(done));
    if (session.stored != 0) wait_for_disk(core, ticket);
    confirm(core, ticket);
}

bool drop_subscription(Core& core, Session& session, std::string_view filter, Ticket ticket) {
    const auto found = session.subscriptions.find(filter);
    if (found == session.subscriptions.end()) return false;
    --core.statistics.subscriptions;
    const std::uint16_t slot = found->second.source;
    const std::string name(filter);  // `filter` may be the key itself
    if (session.is_connected() && is_watch(name)) end_watch(core, name);
    forget_subscription(core, session, name);
    session.subscriptions.erase(found);
    cancel_replays(core, session, name);
    if (slot == 0) {
        if (core.subscriptions.unsubscribe(name, session.index).was_last_local_for_filter) {
            announce(core, {}, {name}, 0);
        }
        return true;
    }
    if (session.sources[slot - 1u].kind == session::SourceKind::kStream) {
        unsubscribe_from_stream(core, session, name, slot);
        return true;
    }
    session::MessageSource& membership = session.sources[slot - 1u];
    membership.active = false;
    if (membership.kind == session::SourceKind::kQueue) {
        // What was sent is still to be acknowledged [MQTT-5.0 3.10.4-3].
        give_back_unsent(core, session, slot);
        leave_queue(core, session, membership.group, ticket);
        return true;
    }
    --core.statistics.shared_subscriptions;
    GroupLeave leave{membership.group, membership.filter, session.number, ticket};
    if (ticket != 0) core.tickets.wait_for_more(ticket);
    const ShardIndex home =
        home_of(SharedGroups::key(membership.group, membership.filter), core.options.count);
    if (home == core.options.index) {
        leave_group(core, core.options.index, leave);
    } else {
        core.forward(home, std::move(leave));
    }
    return true;
}

}  // namespace dray::shard
