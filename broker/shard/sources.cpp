#include "shard/sources.h"

#include <algorithm>
#include <vector>

#include "mqtt/topic.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/queue_consumers.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using session::Held;
using session::Inflight;
using session::MessageSource;
using session::Session;
using session::SourceKind;

SourceKind kind_of(const Session& session, const Held& held) {
    return session.sources[held.source - 1u].kind;
}

void count(Core& core, const Held& held, Outcome outcome, Discard why) {
    Books& books = core.statistics.books[held.root];
    switch (outcome) {
        case Outcome::kConsumed:
            // At QoS 0 that is counted when the socket has taken it.
            if (held.qos != mqtt::QoS::kAtMostOnce) books.deliver();
            return;
        case Outcome::kExpired:
            return books.expire();
        case Outcome::kRefused:
        case Outcome::kUndeliverable:
        case Outcome::kTurnedAway:
            return books.discard(why);
        case Outcome::kReturned:
        case Outcome::kUnsent:
            return books.hand_over();
    }
}

// Takes what others gave to this session and it did not acknowledge, oldest first. QoS 2 messages of a shared
// subscription that are under way stay [MQTT-5.0 4.8.2-5]; of those of a queue only the packet id stays, for
// the client may know it: it will be sent PUBREL.
template <typename Visit>  // void(const Held&, Outcome)
void take_unacknowledged(Core& core, Session& session, Visit visit) {
    session.inflight.for_each([&](Inflight::Entry& entry) {
        if (entry.held.source == 0 || entry.phase == Inflight::Phase::kAwaitsPubcomp) return;
        if (entry.phase == Inflight::Phase::kAwaitsPuback) {
            visit(entry.held, Outcome::kReturned);
            session.inflight.abandon(entry);
            --core.statistics.inflight;
        } else if (!is_own(session, entry.held)) {
            visit(entry.held, Outcome::kReturned);
            core.statistics.books[entry.held.root].hold();  // the packet id
            release(core, session, entry);
        }
    });
    session.inflight.drop_done();
}

template <typename Which, typename Visit>  // bool(const Held&), void(const Held&, Outcome)
void take_queued(Core& core, Session& session, Which which, Visit visit) {
    for (std::size_t left = session.queue.size(); left > 0; --left) {
        if (!which(session.queue.front())) {
            session.queue.push_back(session.queue.pop_front());
        } else {
            visit(dequeue(core, session), Outcome::kUnsent);
        }
    }
}

}  // namespace

bool is_own(const Session& session, const Held& held) {
    return held.source == 0 || kind_of(session, held) == SourceKind::kGroup;
}

void settle(Core& core, Session& session, const Held& held, Outcome outcome, Discard why) {
    if (core.traces.is_on() && held.message && outcome != Outcome::kConsumed) [[unlikely]]
        trace_outcome(core, session, held, *held.message, outcome, why);
    if (is_own(session, held)) {
        count(core, held, outcome, why);
        return forget_entry(core, session, held);
    }
    switch (kind_of(session, held)) {
        case SourceKind::kQueue:
            // What was not consumed is still the queue's.
            count(core, held, outcome == Outcome::kConsumed ? outcome : Outcome::kReturned, why);
            if (held.qos == mqtt::QoS::kExactlyOnce && outcome != Outcome::kReturned)
                forget_entry(core, session, held);  // only its packet id was there
            return settle_queued(core, session, held, outcome);
        case SourceKind::kStream:
            count(core, held, outcome, why);
            return settle_read(core, session, held);
        case SourceKind::kGroup:
            break;
    }
}

std::uint16_t source_slot(Session& session, SourceKind kind, std::string_view name, std::string_view filter) {
    for (std::size_t i = 0; i < session.sources.size(); ++i) {
        MessageSource& known = session.sources[i];
        if (known.kind != kind || known.group != name || known.filter != filter) continue;
        known.active = true;
        return static_cast<std::uint16_t>(i + 1);
    }
    MessageSource& source = session.sources.emplace_back();
    source.kind = kind;
    source.group = name;
    source.filter = filter;
    return static_cast<std::uint16_t>(session.sources.size());
}

std::uint16_t find_source(const Session& session, SourceKind kind, std::string_view name,
                          std::string_view filter) {
    for (std::size_t i = 0; i < session.sources.size(); ++i) {
        const MessageSource& known = session.sources[i];
        if (known.kind == kind && known.group == name && known.filter == filter)
            return static_cast<std::uint16_t>(i + 1);
    }
    return 0;
}

void count_received(Session& session, std::uint16_t slot) {
    ++session.sources[slot - 1u].received;
    if (session.room > 0) --session.room;
}

ShardIndex home_of(const Core& core, const MessageSource& source) {
    if (source.kind == SourceKind::kQueue) return home_of_queue(source.group, core.options.count);
    return home_of(SharedGroups::key(source.group, source.filter), core.options.count);
}

void give_back(Core& core, Session& session) {
    if (session.sources.empty()) return;
    std::vector<std::vector<session::MessageRef>> to_groups(session.sources.size());
    const auto back = [&](const Held& held, Outcome outcome) {
        if (kind_of(session, held) == SourceKind::kGroup) {
            to_groups[held.source - 1u].push_back(held.message);
        }
        settle(core, session, held, outcome);
    };
    take_unacknowledged(core, session, back);
    take_queued(
        core, session, [](const Held& held) { return held.source != 0; }, back);
    for (std::size_t i = 0; i < to_groups.size(); ++i) {
        const MessageSource& group = session.sources[i];
        if (!to_groups[i].empty())
            send_to_group(core, home_of(core, group), GroupReturn{group.group, group.filter, to_groups[i]});
    }
}

void give_back_unsent(Core& core, Session& session, std::uint16_t slot) {
    take_queued(
        core, session, [slot](const Held& held) { return held.source == slot; },
        [&](const Held& held, Outcome outcome) { settle(core, session, held, outcome); });
}

void discard_unsent(Core& core, Session& session, std::string_view filter) {
    topics::MatchResult match;
    std::string looked_at;  // messages of one topic often come in a row
    bool is_wanted = true;
    const auto is_for_nobody = [&](const Held& held) {
        const std::string_view topic = held.message->topic();
        if (held.source != 0 || held.sent_before || !mqtt::matches(filter, topic)) return false;
        if (looked_at != topic) {
            looked_at = topic;
            core.subscriptions.match(topic, match);
            is_wanted = std::ranges::any_of(match.subscribers, [&](const topics::Subscriber& subscriber) {
                return subscriber.session == session.index;
            });
        }
        return !is_wanted;
    };
    bool any = false;
    take_queued(core, session, is_for_nobody, [&](const Held& held, Outcome) {
        settle(core, session, held, Outcome::kTurnedAway, Discard::kUnsubscribed);
        any = true;
    });
    if (any) rewrite_pages(core, session);
}

}  // namespace dray::shard
