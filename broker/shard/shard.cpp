#include "shard/shard.h"

#include <algorithm>

#include "mqtt/decode.h"
#include "shard/answers.h"
#include "shard/audit.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/dead_letters.h"
#include "shard/delivery.h"
#include "shard/handlers.h"
#include "shard/look_ahead.h"
#include "shard/pressure.h"
#include "shard/queue_requests.h"
#include "shard/routing.h"
#include "shard/session_requests.h"
#include "shard/sys_topics.h"
#include "shard/trace_steps.h"

namespace dray::shard {

namespace {

using mqtt::PacketType;
using mqtt::ReasonCode;

Handled handle_first(Core& core, Link& link, const mqtt::Frame& frame, ByteView bytes) {
    if (frame.type != PacketType::kConnect) {
        // [MQTT-3.1.1 3.1.0-1]
        protocol_error(core, link, ReasonCode::kProtocolError, "the first packet is not CONNECT");
        return Handled::kHere;
    }
    const auto packet = mqtt::decode(frame, mqtt::ProtocolVersion::kV5);
    if (packet.has_value()) return handle_connect(core, link, std::get<mqtt::Connect>(*packet), bytes);
    const mqtt::DecodeError& error = packet.error();
    if (error.reason == ReasonCode::kUnsupportedProtocolVersion) {
        // In the form that clients of every version understand [MQTT-3.1.1 3.1.2-2], [MQTT-5.0 3.1.2-2].
        link.outbox.set_version(mqtt::ProtocolVersion::kV311);
        send(core, link, mqtt::Connack{false, error.reason, {}});
    } else if (error.reason == ReasonCode::kClientIdentifierNotValid) {
        send(core, link, mqtt::Connack{false, error.reason, {}});
    }
    ++core.statistics.connects_refused;
    protocol_error(core, link, error.reason, error.what);
    return Handled::kHere;
}

// Until the CONNACK the client may send AUTH and DISCONNECT only [MQTT-5.0 3.1.2-30].
void handle_while_authenticating(Core& core, Link& link, const mqtt::Frame& frame) {
    if (frame.type == PacketType::kDisconnect) {
        return close_link(core, link, ReasonCode::kSuccess, "client disconnected");
    }
    if (frame.type != PacketType::kAuth) {
        return refuse_connect(core, link, ReasonCode::kProtocolError,
                              "only AUTH may come before the CONNACK");
    }
    const auto packet = mqtt::decode(frame, link.outbox.version());
    if (packet.has_error()) return refuse_connect(core, link, packet.error().reason, packet.error().what);
    handle_auth(core, link, std::get<mqtt::Auth>(*packet));
}

void handle_packet(Core& core, Link& link, const mqtt::Frame& frame) {
    auto packet = mqtt::decode(frame, link.outbox.version());
    if (packet.has_error()) return protocol_error(core, link, packet.error().reason, packet.error().what);
    if (const auto* subscribe = std::get_if<mqtt::Subscribe>(&*packet)) {
        handle_subscribe(core, link, *subscribe);
    } else if (const auto* unsubscribe = std::get_if<mqtt::Unsubscribe>(&*packet)) {
        handle_unsubscribe(core, link, *unsubscribe);
    } else if (std::holds_alternative<mqtt::Pingreq>(*packet)) {
        handle_pingreq(core, link);
    } else if (const auto* disconnect = std::get_if<mqtt::Disconnect>(&*packet)) {
        handle_disconnect(core, link, *disconnect);
    } else if (const auto* auth = std::get_if<mqtt::Auth>(&*packet)) {
        handle_auth(core, link, *auth);
    } else {
        // A second CONNECT [MQTT-3.1.1 3.1.0-2], or a packet that only servers send.
        protocol_error(core, link, ReasonCode::kProtocolError, "packet out of place");
    }
}

void handle_acknowledgement(Core& core, Link& link, const mqtt::Frame& frame) {
    const auto packet = mqtt::decode_acknowledgement(frame, link.outbox.version());
    if (packet.has_error()) return protocol_error(core, link, packet.error().reason, packet.error().what);
    if (core.traces.is_on()) [[unlikely]]
        trace_acknowledged(core, link, frame.type, *packet);
    switch (frame.type) {
        case PacketType::kPuback:
            return handle_puback(core, link, *packet);
        case PacketType::kPubrec:
            return handle_pubrec(core, link, *packet);
        case PacketType::kPubrel:
            return handle_pubrel(core, link, *packet);
        default:
            return handle_pubcomp(core, link, *packet);
    }
}

Handled handle_frame(Core& core, Link& link, const mqtt::Frame& frame, ByteView bytes) {
    ++core.statistics.packets_received;
    if (link.phase == Link::Phase::kAwaitsConnect) return handle_first(core, link, frame, bytes);
    if (link.phase == Link::Phase::kAuthenticating) {
        handle_while_authenticating(core, link, frame);
        return Handled::kHere;
    }
    switch (frame.type) {
        case PacketType::kPublish: {
            const auto publish = mqtt::decode_publish(frame, link.outbox.version());
            if (publish.has_value()) {
                handle_publish(core, link, *publish);
            } else {
                protocol_error(core, link, publish.error().reason, publish.error().what);
            }
            break;
        }
        case PacketType::kPuback:
        case PacketType::kPubrec:
        case PacketType::kPubrel:
        case PacketType::kPubcomp:
            handle_acknowledgement(core, link, frame);
            break;
        default:
            handle_packet(core, link, frame);
    }
    return Handled::kHere;
}

void count(Pace& pace, const mqtt::Frame& frame, Instant now) {
    pace.bytes.count(frame.size, now);
    if (frame.type == PacketType::kPublish) pace.messages.count(1, now);
}

// One answer for each kind of message that shards send each other.
class Receive {
  public:
    Receive(Core& receiver, ShardIndex sender) : core(receiver), from(sender) {}

    void operator()(const Deliver& deliver) const {
        if (deliver.together) return collect_here(core, from, deliver);
        const std::uint64_t records = core.persistence.records;
        deliver_here(core, deliver.message);
        if (deliver.ticket != 0) answer(deliver.ticket, records);
    }
    void operator()(const Collected& answer) const { receive_collected(core, from, answer); }
    void operator()(const Committed& committed) const { receive_committed(core, from, committed); }
    void operator()(const Retain& retain) const {
        const std::uint64_t records = core.persistence.records;
        keep_retained(core, retain.message);
        if (retain.ticket != 0) answer(retain.ticket, records);
    }
    void operator()(const Routes& routes) const {
        for (const std::string& filter : routes.added) core.subscriptions.add_route(filter, from);
        for (const std::string& filter : routes.removed) core.subscriptions.remove_route(filter, from);
        if (routes.ticket != 0) confirm(core, ConfirmTicket{from, routes.ticket});
    }
    void operator()(const Confirm& answer) const {
        for (const Ticket ticket : answer.tickets) confirm(core, ticket);
    }
    void operator()(const RetainedQuery& query) const { serve_retained(core, from, query); }
    void operator()(const RetainedContinue& more) const { serve_retained(core, from, more); }
    void operator()(const RetainedCancel& cancel) const { serve_retained(core, from, cancel); }
    void operator()(const RetainedBatch& batch) const { receive_retained(core, from, batch); }
    void operator()(const GroupJoin& join) const { join_group(core, from, join); }
    void operator()(const GroupLeave& leave) const { leave_group(core, from, leave); }
    void operator()(const MemberAble& change) const { set_member_able(core, change); }
    void operator()(const GroupDeliver& delivery) const { receive_from_group(core, delivery); }
    void operator()(const GroupReturn& returned) const { return_to_group(core, returned); }
    void operator()(const StreamKnown& known) const { receive_known(core, from, known); }
    void operator()(const StreamOpen& open) const { open_served(core, from, open); }
    void operator()(const StreamPull& pull) const { pull_served(core, from, pull); }
    void operator()(const StreamClose& close) const { close_served(core, from, close); }
    void operator()(const StreamBatch& batch) const { receive_stream_batch(core, batch); }
    void operator()(const StreamRequest& request) const { answer_stream_request(core, from, request); }
    void operator()(const StreamReply&) const { DRAY_ASSERT(false); }  // no shard asks
    void operator()(const QueueLookup& lookup) const { receive_at_home(core, from, lookup); }
    void operator()(const QueueJoin& join) const { receive_at_home(core, from, join); }
    void operator()(const QueueLeave& leave) const { receive_at_home(core, from, leave); }
    void operator()(const QueueUnknown& unknown) const { refuse_queue(core, unknown); }
    void operator()(const QueueDeliver& delivery) const { receive_from_queue(core, delivery); }
    void operator()(const QueueSettle& settled) const { receive_at_home(core, from, settled); }
    void operator()(const QueueMove& move) const { receive_move(core, from, move); }
    void operator()(const QueueFull& full) const { receive_fullness(core, full); }
    void operator()(const QueueRequest& request) const { serve_queue_request(core, from, request); }
    void operator()(const QueueReply&) const { DRAY_ASSERT(false); }  // no shard asks
    void operator()(const Report& report) const { receive_report(core, from, report); }
    void operator()(const StatisticsRequest& request) const {
        take_stock(core);
        core.forward(from, StatisticsReply{request.ticket, core.statistics});
    }
    void operator()(const StatisticsReply&) const { DRAY_ASSERT(false); }  // no shard asks
    void operator()(const SessionRequest& request) const { serve_session_request(core, from, request); }
    void operator()(const SessionReply&) const { DRAY_ASSERT(false); }  // no shard asks
    void operator()(const TopicsRequest& request) const { serve_topics_request(core, from, request); }
    void operator()(const TopicsReply&) const { DRAY_ASSERT(false); }  // no shard asks
    void operator()(const TraceRequest& request) const { serve_trace_request(core, from, request); }
    void operator()(const TraceReply&) const { DRAY_ASSERT(false); }  // no shard asks
    void operator()(const TraceEnd& end) const { end_trace(core, end); }
    void operator()(const TraceFollow& follow) const { follow_publisher(core, follow); }
    void operator()(const WatchNews&) const { DRAY_ASSERT(false); }  // for the outside

  private:
    Core& core;
    ShardIndex from;

    // "Done", when what was written since is safe.
    void answer(Ticket ticket, std::uint64_t records_before) const {
        const ConfirmTicket theirs{from, ticket};
        core.persistence.records == records_before ? confirm(core, theirs)
                                                   : confirm_when_durable(core, theirs);
    }
};

}  // namespace

ShardIndex home_of(std::string_view name, ShardIndex shards) {
    if (shards == 1) return 0;
    std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a
    for (const char c : name) hash = (hash ^ static_cast<std::uint8_t>(c)) * 0x100000001b3ULL;
    return static_cast<ShardIndex>((hash ^ hash >> 32) % shards);
}

ShardIndex home_of_queue(std::string_view name, ShardIndex shards) {
    return home_of(std::string(kQueueRoot).append(name), shards);
}

Shard::Shard(ShardOptions options, const StorePort& store, Instant now)
    : core_(std::make_unique<Core>(std::move(options), store, now)) {
    DRAY_ASSERT(core_->options.count >= 1 && core_->options.count <= kShardsMax);
    DRAY_ASSERT(core_->options.index < core_->options.count);
    core_->persistence.keeps = store.keeps();
    if (store.keeps()) recover(*core_);
    open_streams(*core_);
    for (const QueueOptions& queue : core_->options.queues) {
        if (home_of_queue(queue.name, core_->options.count) == core_->options.index)
            declare_queue(*core_, queue, 0);
    }
    if (core_->limits().sys_interval_ms > 0) report_statistics(*core_);
}

Shard::~Shard() = default;

LinkId Shard::open(const LinkOptions& options, Instant now) {
    core_->now = now;
    Link& link = core_->links.open();
    ++core_->statistics.sockets_opened;
    link.allow_anonymous = options.allow_anonymous;
    link.full = options.full;
    link.receive_bytes_max = core_->limits().packet_bytes_max;
    if (options.packet_bytes_max > 0) {
        link.receive_bytes_max = std::min(link.receive_bytes_max, options.packet_bytes_max);
    }
    link.identify(options);
    if (options.websocket) link.outbox.use_websocket_frames();
    link.last_heard = now;
    const Instant due = now + std::chrono::milliseconds(core_->limits().connect_ms_max);
    core_->timers.set({due, Timer::Kind::kConnect, link.id.index, link.id.generation});
    return link.id;
}

void Shard::identify(LinkId id, const LinkOptions& options) {
    if (Link* link = core_->links.find(id)) link->identify(options);
}

void Shard::turned_away() {
    ++core_->statistics.connections_turned_away;
}

std::size_t Shard::receive(LinkId id, ByteView bytes, Instant now) {
    core_->now = now;
    Link* link = core_->links.find(id);
    if (link == nullptr || link->phase == Link::Phase::kClosing) return bytes.size();
    link->last_heard = now;
    std::size_t used = 0;
    std::size_t looked_at = 0;
    while (used < bytes.size()) {
        if (used == looked_at) looked_at += shard::look_ahead(*core_, *link, bytes.subspan(used));
        const mqtt::FrameResult next =
            mqtt::next_frame(bytes.subspan(used), link->receive_bytes_max, link->outbox.version());
        if (next.status == mqtt::FrameStatus::kNeedMore) break;
        if (next.status == mqtt::FrameStatus::kBad) {
            protocol_error(*core_, *link, next.reason, "malformed fixed header or packet too large");
            return bytes.size();
        }
        if (link->pace && !may_go_on(*core_, *link)) break;
        const ByteView whole = bytes.subspan(used, next.frame.size);
        if (handle_frame(*core_, *link, next.frame, whole) == Handled::kHandedOver) return used;
        used += next.frame.size;
        if (link->pace) count(*link->pace, next.frame, now);
        if (link->phase == Link::Phase::kClosing) return bytes.size();
    }
    core_->statistics.bytes_received += used;
    return used;
}

void Shard::closed(LinkId id, Instant now) {
    core_->now = now;
    Link* link = core_->links.find(id);
    if (link == nullptr) return;
    link->outbox.discard_all(
        [this](session::RootIndex root) { core_->statistics.books[root].discard(Discard::kConnectionLost); });
    if (link->session != nullptr) {
        if (core_->traces.is_on()) [[unlikely]]
            trace_disconnect(*core_, *link, ReasonCode::kUnspecifiedError, "connection lost");
        detach(*core_, *link->session);
    }
    core_->links.free(*link);
}

void Shard::written(LinkId id, std::size_t bytes, Instant now) {
    core_->now = now;
    Link* link = core_->links.find(id);
    if (link == nullptr) return;
    const bool was_full = link->outbox.bytes() >= core_->limits().outbox_bytes_max / 2;
    link->outbox.consume(bytes, [this](session::RootIndex root) { core_->statistics.books[root].deliver(); });
    core_->statistics.bytes_sent += bytes;
    if (link->outbox.empty()) {
        link->flush_listed = false;
        link->outbox.release_memory_if_empty();
    }
    if (link->session != nullptr && (was_full || link->session->replays > 0 || link->session->readers > 0)) {
        pump(*core_, *link->session);
    }
}

void Shard::receive(ShardIndex from, ShardMessage message, Instant now) {
    core_->now = now;
    std::visit(Receive(*core_, from), message);
}

void Shard::look_ahead(std::span<const ShardMessage* const> messages) const {
    shard::look_ahead(*core_, messages);
}

void Shard::durable(StoreSequence sequence, Instant now) {
    core_->now = now;
    made_durable(*core_, sequence);
}

void Shard::set_pressure(unsigned percent, Instant now) {
    core_->now = now;
    core_->pressure = percent;
    gate_has_changed(*core_, {}, percent < kPressureRefuses);
}

void Shard::end_users(const UserNames& gone, Instant now) {
    core_->now = now;
    shard::end_users(*core_, gone);
}

void Shard::read_done(const StoreReadDone& done, Instant now) {
    core_->now = now;
    serve_what_was_read(*core_, done);
}

void Shard::tick(Instant now) {
    core_->now = now;
    run_ready_replays(*core_);
    ask_for_ready(*core_);
    serve_ready(*core_);
    while (core_->timers.next() <= now) on_timer(*core_, core_->timers.pop());
}

Instant Shard::next_deadline() const {
    const bool has_more = !core_->replays.ready.empty() || !core_->stream_readers.ready.empty() ||
                          !core_->served_readers.ready.empty();
    if (has_more) return core_->now;
    if (core_->served_readers.paced.empty()) return core_->timers.next();
    return std::min(core_->timers.next(), core_->served_readers.pace.end());
}

void Shard::send_away_one_of(std::size_t clients, Instant now) {
    core_->now = now;
    const ReasonCode reason = core_->options.server_reference.empty() ? ReasonCode::kServerShuttingDown
                                                                      : ReasonCode::kUseAnotherServer;
    // The rest is left to chance, so that few clients of many shards are not all sent at the first call.
    const std::size_t rest = core_->links.size() % clients;
    std::size_t left = core_->links.size() / clients + (core_->random.below(clients) < rest ? 1 : 0);
    core_->links.for_each([&](Link& link) {
        if (left == 0) return;
        --left;
        close_link(*core_, link, reason, "server shutting down");
    });
}

bool Shard::has_work() const {
    return !core_->effects.empty() || !core_->queues.touched.empty() ||
           !core_->queue_outcomes.by_queue.empty() || !core_->parking.opened.empty();
}

void Shard::end_turn() {
    finish_turn(*core_);
    write_pages(*core_);
}

Effects& Shard::effects() {
    return core_->effects;
}

session::Outbox& Shard::outbox(LinkId id) {
    Link* link = core_->links.find(id);
    DRAY_ASSERT(link != nullptr);
    return link->outbox;
}

const Statistics& Shard::statistics() const {
    take_stock(*core_);
    return core_->statistics;
}

std::string Shard::audit() const {
    return shard::audit(*core_);
}

std::string Shard::beyond_limits() const {
    return shard::beyond_limits(*core_);
}

std::string Shard::unfinished() const {
    return shard::unfinished(*core_);
}

}  // namespace dray::shard
