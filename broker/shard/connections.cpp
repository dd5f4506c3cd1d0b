#include "shard/connections.h"

#include "shard/access.h"
#include "shard/answers.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/queue_consumers.h"
#include "shard/routing.h"
#include "shard/sources.h"
#include "shard/sys_topics.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using mqtt::ReasonCode;
using session::Session;

void set_session_end(Core& core, Session& session) {
    if (session.expiry_s == session::kExpiresNever) return;
    session.ends_at = core.now + std::chrono::seconds(session.expiry_s);
    core.timers.set({session.ends_at, Timer::Kind::kSessionEnd, 0, session.number});
}

// At the end of its delay, or of the session if that comes first [MQTT-5.0 3.1.3-9, 3.1.2-10].
void set_will_time(Core& core, Session& session) {
    if (session.will->delay_s == 0) return publish_will(core, session);
    if (core.traces.is_on()) [[unlikely]]
        trace_will(core, session, session.will->delay_s);
    session.will_at = core.now + std::chrono::seconds(session.will->delay_s);
    core.timers.set({session.will_at, Timer::Kind::kWill, 0, session.number});
}

void on_keep_alive(Core& core, Link& link) {
    const Instant heard = link.pace && link.pace->is_held ? core.now : link.last_heard;
    const Instant due = heard + std::chrono::milliseconds(link.silence_ms_max);
    if (due > core.now) {
        core.timers.set({due, Timer::Kind::kKeepAlive, link.id.index, link.id.generation});
        return;
    }
    // [MQTT-3.1.1 3.1.2-24], [MQTT-5.0 3.1.2-22]
    close_link(core, link, ReasonCode::kKeepAliveTimeout, "keep alive exceeded");
}

}  // namespace

void close_link(Core& core, Link& link, ReasonCode reason, const char* why) {
    if (link.phase == Link::Phase::kClosing) return;
    if (link.phase == Link::Phase::kConnected && link.is_v5() && reason != ReasonCode::kSuccess) {
        mqtt::PropertyList elsewhere;
        if (reason == ReasonCode::kUseAnotherServer)
            elsewhere.add(mqtt::PropertyId::kServerReference, core.options.server_reference);
        send(core, link, mqtt::Disconnect{reason, elsewhere.view()}, why);
    }
    if (core.traces.is_on()) [[unlikely]]
        trace_disconnect(core, link, reason, why);
    link.phase = Link::Phase::kClosing;
    core.effects.closes.push_back(
        {link.id, reason, why, link.session ? link.session->client_id : std::string()});
    if (link.session == nullptr) return;
    Session& session = *link.session;
    link.session = nullptr;
    detach(core, session);
}

void protocol_error(Core& core, Link& link, ReasonCode reason, const char* why) {
    ++core.statistics.protocol_errors;
    close_link(core, link, reason, why);
}

void detach(Core& core, Session& session) {
    forget_parked(core, *core.link_of(session));
    drop_forbidden_will(core, *core.link_of(session), session);
    session.link = Session::kNoLink;
    --core.connected;
    update_able(core, session);  // first: so that nothing given back comes here again
    stop_readers(core, session);
    give_back(core, session);
    leave_queues(core, session);
    end_watches(core, session);
    if (session.will) set_will_time(core, session);
    if (session.expiry_s == 0) return end_session(core, session);
    session.inflight.rewind();
    set_session_end(core, session);
    keep_session(core, session);
}

void end_session(Core& core, Session& session) {
    if (session.will) publish_will(core, session);
    if (!session.is_loaded) load_messages(core, session);  // to know what ends with it
    if (core.traces.is_on()) [[unlikely]]
        trace_session_end(core, session);
    session.inflight.for_each([&core](const session::Inflight::Entry& entry) {
        core.statistics.books[entry.held.root].discard(Discard::kSessionEnded);
    });
    forget_session(core, session);
    while (!session.subscriptions.empty()) {
        drop_subscription(core, session, session.subscriptions.begin()->first);
    }
    core.statistics.inflight -= session.inflight.size();
    while (!session.queue.empty()) {
        core.statistics.books[dequeue(core, session).root].discard(Discard::kSessionEnded);
    }
    core.sessions.erase(session);
}

void publish_will(Core& core, Session& session) {
    if (core.traces.is_on()) [[unlikely]]
        trace_will(core, session, 0);
    const session::MessageRef message = session.will->message;
    session.will.reset();
    session.will_at = kNever;
    route(core, message, nullptr);
}

void on_timer(Core& core, const Timer& timer) {
    switch (timer.kind) {
        case Timer::Kind::kConnect:
        case Timer::Kind::kCredentials:
        case Timer::Kind::kPace:
        case Timer::Kind::kKeepAlive: {
            Link* link = core.links.find({timer.link_index, static_cast<std::uint32_t>(timer.subject)});
            if (link == nullptr || link->phase == Link::Phase::kClosing) return;
            if (timer.kind == Timer::Kind::kKeepAlive) return on_keep_alive(core, *link);
            if (timer.kind == Timer::Kind::kPace) return go_on(core, *link);
            if (timer.kind == Timer::Kind::kCredentials)
                return close_link(core, *link, ReasonCode::kNotAuthorized, "the token has expired");
            if (link->phase == Link::Phase::kConnected) return;
            return close_link(core, *link, ReasonCode::kMaximumConnectTime, "not connected in time");
        }
        case Timer::Kind::kSessionEnd: {
            Session* session = core.sessions.find_number(timer.subject);
            if (session == nullptr || session->is_connected() || session->ends_at > core.now) return;
            ++core.statistics.clients_expired;
            return end_session(core, *session);
        }
        case Timer::Kind::kWill: {
            Session* session = core.sessions.find_number(timer.subject);
            if (session == nullptr || session->is_connected() || !session->will) return;
            if (session->will_at > core.now) return;
            publish_will(core, *session);
            return keep_session(core, *session);
        }
        case Timer::Kind::kSysTopics:
            return report_statistics(core);
        case Timer::Kind::kTicket:
            return confirm(core, timer.subject);
        case Timer::Kind::kStreamRetention:
            return on_stream_retention(core, timer.subject);
        case Timer::Kind::kQueue:
            return on_queue_timer(core, timer.subject);
        case Timer::Kind::kDelayed:
            return publish_delayed(core, timer.subject);
    }
}

}  // namespace dray::shard
