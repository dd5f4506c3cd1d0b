#include "shard/session_requests.h"

#include <algorithm>

#include "shard/connections.h"
#include "shard/core.h"

namespace dray::shard {

namespace {

using session::Session;

// A page looks at so many sessions, or subscriptions, before it lets others have their turn.
constexpr std::size_t kVisitsMax = 4096;

std::uint64_t ms_between(Instant from, Instant to) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>((to - from).count(), 0));
}

bool is_behind(Core& core, const Session& session) {
    const Link* link = core.link_of(session);
    return link != nullptr && (!session.queue.empty() || !link->outbox.empty());
}

bool is_in(Core& core, const Session& session, SessionState state) {
    switch (state) {
        case SessionState::kConnected:
            return session.is_connected();
        case SessionState::kAway:
            return !session.is_connected();
        case SessionState::kBehind:
            return is_behind(core, session);
        case SessionState::kAny:
            break;
    }
    return true;
}

SessionInfo::Connection connection_of(const Core& core, const Link& link) {
    return {.peer = link.peer ? *link.peer : std::string(),
            .version = link.outbox.version(),
            .age_ms = ms_between(link.connected_at, core.now),
            .silent_ms = ms_between(link.last_heard, core.now),
            .keep_alive_s = static_cast<std::uint32_t>(link.silence_ms_max / 1500),
            .window_messages = link.window,
            .outbox_bytes = link.outbox.bytes()};
}

SessionInfo info_of(Core& core, const Session& session) {
    SessionInfo info;
    info.client_id = session.client_id;
    info.user_name = session.user_name;
    if (const Link* link = core.link_of(session)) info.connection = connection_of(core, *link);
    if (!session.is_connected() && session.ends_at != kNever) {
        info.ends_in_ms = ms_between(core.now, session.ends_at);
    }
    info.expiry_s = session.expiry_s;
    info.has_will = session.will != nullptr;
    info.is_kept = session.stored != 0;
    info.is_loaded = session.is_loaded;
    info.subscriptions = session.subscriptions.size();
    info.unacknowledged = session.inflight.size();
    info.queue_messages = session.queue.size();
    info.queue_bytes = session.queue_bytes;
    return info;
}

// Of the session's subscriptions those behind `place.filter`. False: the page is full, and `place` is where
// the next begins.
bool add_subscriptions(const Session& session, const ListSubscriptions& wanted, SessionPlace& place,
                       std::size_t& visits, SessionReply& reply) {
    auto next = place.filter.empty() ? session.subscriptions.begin()
                                     : session.subscriptions.upper_bound(place.filter);
    for (; next != session.subscriptions.end(); ++next) {
        if (visits >= kVisitsMax || reply.subscriptions.size() >= wanted.count_max) return false;
        ++visits;
        const auto& [filter, subscription] = *next;
        place.filter = filter;
        if (filter.find(wanted.part) == std::string::npos) continue;
        reply.subscriptions.push_back({session.client_id, filter, subscription.options, subscription.id});
    }
    place.filter.clear();
    return true;
}

class ServeSessions {
  public:
    ServeSessions(Core& asked, ShardIndex asker, std::uint64_t ticket) : core(asked), from(asker) {
        reply.ticket = ticket;
    }

    void operator()(const ListSessions& list) {
        std::uint32_t index = list.from.session;
        for (std::size_t visits = 0; index < core.sessions.slots(); ++index, ++visits) {
            if (visits >= kVisitsMax || reply.sessions.size() >= list.count_max) {
                reply.next = SessionPlace{index, {}};
                break;
            }
            const Session* session = core.sessions.slot(index);
            if (session == nullptr || !is_in(core, *session, list.state) ||
                session->client_id.find(list.part) == std::string::npos)
                continue;
            reply.sessions.push_back(info_of(core, *session));
        }
        core.forward(from, std::move(reply));
    }
    void operator()(const FindSession& wanted) {
        const Session* session = core.sessions.find(wanted.client_id);
        reply.is_found = session != nullptr;
        if (session != nullptr) reply.sessions.push_back(info_of(core, *session));
        core.forward(from, std::move(reply));
    }
    void operator()(const ListSubscriptions& list) {
        SessionPlace place = list.from;
        std::size_t visits = 0;
        if (!list.client_id.empty()) {
            const Session* session = core.sessions.find(list.client_id);
            reply.is_found = session != nullptr;
            if (session != nullptr && !add_subscriptions(*session, list, place, visits, reply))
                reply.next = std::move(place);
            return core.forward(from, std::move(reply));
        }
        for (; place.session < core.sessions.slots(); ++place.session, ++visits) {
            const Session* session = core.sessions.slot(place.session);
            if (session == nullptr) place.filter.clear();
            if (visits < kVisitsMax &&
                (session == nullptr || add_subscriptions(*session, list, place, visits, reply)))
                continue;
            reply.next = std::move(place);
            break;
        }
        core.forward(from, std::move(reply));
    }
    void operator()(const ListAccessLosses& list) {
        std::uint32_t index = list.from.session;
        for (std::size_t visits = 0; index < core.sessions.slots(); ++index, ++visits) {
            if (visits >= kVisitsMax || reply.losses.size() >= list.count_max) {
                reply.next = SessionPlace{index, {}};
                break;
            }
            const Session* session = core.sessions.slot(index);
            const Link* link = session != nullptr ? core.link_of(*session) : nullptr;
            if (link == nullptr) continue;
            if (auto loss = access_loss(*link, *list.next)) reply.losses.push_back(std::move(*loss));
        }
        core.forward(from, std::move(reply));
    }
    void operator()(const DisconnectClient& wanted) {
        const Session* session = core.sessions.find(wanted.client_id);
        reply.is_found = session != nullptr && session->is_connected();
        if (reply.is_found) disconnect(*session);
        core.forward(from, std::move(reply));
    }
    // Answered when it is gone from the disk, too.
    void operator()(const EndSession& wanted) {
        Session* session = core.sessions.find(wanted.client_id);
        reply.is_found = session != nullptr;
        if (session == nullptr) return core.forward(from, std::move(reply));
        if (session->is_connected()) disconnect(*session);
        session = core.sessions.find(wanted.client_id);  // it may have ended with its connection
        if (session != nullptr) end_session(core, *session);
        when_durable(core, SendMail{from, std::move(reply)});
    }

  private:
    void disconnect(const Session& session) {
        close_link(core, core.links.at(session.link), mqtt::ReasonCode::kAdministrativeAction,
                   "an operator has closed this connection");
    }

    Core& core;
    ShardIndex from;
    SessionReply reply;
};

}  // namespace

ShardIndex home_of_session(std::string_view client_id, ShardIndex shards) {
    return home_of(client_id, shards);
}

void serve_session_request(Core& core, ShardIndex from, const SessionRequest& request) {
    std::visit(ServeSessions(core, from, request.ticket), request.action);
}

}  // namespace dray::shard
