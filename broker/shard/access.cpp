#include "shard/access.h"

#include <string>
#include <vector>

#include "mqtt/topic.h"
#include "shard/access_port.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/sources.h"
#include "shard/watches.h"

namespace dray::shard {

namespace {

using mqtt::ReasonCode;
using session::Session;

std::string proven_user(const Link& link, const AuthAnswer& proof) {
    if (link.identity) return *link.identity;
    return proof.is_anonymous ? std::string() : proof.user;
}

bool comes_from(const Link& link, std::string_view prefix) {
    return link.peer && link.peer->starts_with(prefix);
}

}  // namespace

bool may_subscribe(const ClientAccess& access, std::string_view filter) {
    if (const auto shared = mqtt::parse_shared(filter)) return access.may_subscribe(shared->filter);
    const auto stream = parse_stream_filter(filter);
    if (!stream) return access.may_subscribe(filter);
    return access.may_subscribe(std::string(kStreamRoot).append(stream->stream)) &&
           (stream->filter.empty() || access.may_subscribe(stream->filter));
}

bool is_operator(const Link& link) {
    return link.peer && *link.peer == kOperatorPeer;
}

bool is_bridge(const Link& link) {
    return comes_from(link, kBridgePrefix);
}

bool may_be_called(const Link& link, std::string_view client_id) {
    for (const std::string_view prefix : {kBridgePrefix, kSinkPrefix}) {
        if (client_id.starts_with(prefix)) return comes_from(link, prefix);
    }
    return true;
}

TopicRefusal take_access(Core& core, Link& link, const mqtt::Connect& connect, std::string_view client_id,
                         const AuthAnswer& proof) {
    link.is_operators_user = proof.is_operator;
    if (core.options.access == nullptr || is_operator(link)) return {};
    link.access = core.options.access->of({std::string(client_id), proven_user(link, proof), proof.claims});
    if (!connect.will || link.access->may_publish(connect.will->topic)) return {};
    return {ReasonCode::kNotAuthorized, "the access rules do not allow the topic of the will"};
}

TopicRefusal refuse_publish(Core& core, const Link& link, std::string_view topic) {
    if (!link.access) return {};
    if (is_delayed(topic)) topic = parse_delayed(topic)->topic;
    if (link.access->may_publish(topic)) return {};
    ++core.statistics.publishes_forbidden;
    return {ReasonCode::kNotAuthorized, "the access rules do not allow this topic"};
}

TopicRefusal refuse_subscribe(Core& core, const Link& link, std::string_view filter) {
    TopicRefusal refused;
    if (is_below_dray(filter)) {
        refused = refuse_watch(core, link, filter);
    } else if (link.access && !may_subscribe(*link.access, filter)) {
        refused = {ReasonCode::kNotAuthorized, "the access rules do not allow this filter"};
    }
    if (refused.reason == ReasonCode::kNotAuthorized) ++core.statistics.subscribes_forbidden;
    return refused;
}

void tell_refusal(Core& core, const Link& link, const char* what, std::string_view topic,
                  const TopicRefusal& refused) {
    auto& refusals = core.effects.refusals;
    if (refusals.size() == Effects::Refusal::kCountMax) return;
    refusals.push_back({what, std::string(topic), link.session->client_id, link.session->user_name,
                        refused.reason, refused.why});
}

bool may_receive(const Link& link, const Session& session, std::uint16_t source, std::string_view topic) {
    if (!link.access || (link.is_operators_user && is_watch(topic))) return true;
    const bool is_of_queue = source != 0 && session.sources[source - 1u].kind == session::SourceKind::kQueue;
    return is_of_queue || link.access->may_receive(topic);
}

void drop_forbidden_will(Core& core, const Link& link, Session& session) {
    if (!link.access || !session.will) return;
    const std::string topic(session.will->message->topic());
    if (link.access->may_publish(topic)) return;
    session.will.reset();
    ++core.statistics.publishes_forbidden;
    auto& refusals = core.effects.refusals;
    if (refusals.size() == Effects::Refusal::kCountMax) return;
    refusals.push_back({"will", topic, session.client_id, session.user_name, ReasonCode::kNotAuthorized,
                        "the access rules do not allow this topic any more"});
}

void drop_forbidden_subscriptions(Core& core, Link& link, Session& session) {
    if (!link.access && !has_watches(session)) return;
    std::vector<std::string> forbidden;
    for (const auto& [filter, subscription] : session.subscriptions) {
        if (refuse_subscribe(core, link, filter).reason != ReasonCode::kSuccess) forbidden.push_back(filter);
    }
    for (const std::string& filter : forbidden) {
        drop_subscription(core, session, filter);
        discard_unsent(core, session, filter);
    }
}

}  // namespace dray::shard
