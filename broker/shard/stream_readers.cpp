#include "shard/stream_readers.h"

#include <algorithm>

#include "shard/core.h"
#include "shard/delivery.h"

namespace dray::shard {

namespace {

using session::MessageSource;
using session::Session;
using session::SourceKind;
using session::StreamCursor;

// More is asked for when the client's outbox holds less than this: enough to keep it busy.
constexpr std::size_t kOutboxBytes = 64 * 1024;
// How much may come again after a crash.
constexpr std::uint32_t kUnkeptMax = 256;
constexpr std::chrono::milliseconds kKeepAfter{1000};

MessageSource& source_of(Session& session, std::uint16_t slot) {
    return session.sources[slot - 1u];
}

template <typename Kind>
void send_home(Core& core, std::string_view stream, const Kind& message,
               void (*receive)(Core&, ShardIndex, const Kind&)) {
    const ShardIndex home = home_of_stream(stream, core.options.count);
    if (home == core.options.index) return receive(core, home, message);
    core.forward(home, message);
}

// Messages that this client can take now.
std::uint32_t room(Core& core, const Session& session, const StreamReader& reader) {
    const Link* link = core.link_of(session);
    if (link == nullptr || !session.queue.empty() || session.inflight.has_unsent()) return 0;
    if (link->outbox.bytes() >= std::min<std::size_t>(kOutboxBytes, core.limits().outbox_bytes_max)) return 0;
    if (reader.terms.options.qos == mqtt::QoS::kAtMostOnce) return kStreamBatchMessages;
    const std::size_t window = link->window - std::min<std::size_t>(session.inflight.sent(), link->window);
    return static_cast<std::uint32_t>(std::min<std::size_t>(window, kStreamBatchMessages));
}

void make_ready(Core& core, Ticket ticket, StreamReader& reader) {
    if (!reader.may_ask || reader.is_asking || reader.is_listed) return;
    reader.is_listed = true;
    core.stream_readers.ready.push_back(ticket);
}

// Where it would go on if the client left now: with what it has not acknowledged. `settled` is just being.
std::uint64_t resume_at(Session& session, std::uint16_t slot, std::uint64_t settled = 0) {
    std::uint64_t next = source_of(session, slot).cursor.next;
    const auto look = [&](const session::Held& held) {
        if (held.source == slot && held.source_position != settled)
            next = std::min(next, held.source_position);
    };
    session.inflight.for_each([&](session::Inflight::Entry& entry) { look(entry.held); });
    for (std::size_t i = 0; i < session.queue.size(); ++i) look(session.queue[i]);
    return next;
}

void keep(Core& core, Session& session, StreamReader& reader, std::uint64_t next) {
    StreamCursor cursor = source_of(session, reader.slot).cursor;
    cursor.next = next;
    keep_cursor(core, session, reader.subscription, cursor);
    reader.unkept = 0;
    reader.kept_at = core.now;
}

void start(Core& core, Session& session, std::string_view filter, const session::Subscription& subscription,
           Ticket subscribing) {
    MessageSource& source = source_of(session, subscription.source);
    const Ticket ticket = ++core.stream_readers.last;
    StreamReader& reader = core.stream_readers.running[ticket];
    reader.session = session.number;
    reader.slot = subscription.source;
    reader.subscription = filter;
    reader.terms = subscription;
    reader.subscribing = subscribing;
    source.reader = ticket;
    ++session.readers;
    const StreamFilter parts = *parse_stream_filter(filter);
    const StreamOpen open{ticket,
                          std::string(parts.stream),
                          std::string(parts.filter),
                          parse_stream_start(source.cursor.start).value_or(StreamStart()),
                          source.cursor.stream,
                          source.cursor.next,
                          session.client_id};
    if (subscribing != 0) core.tickets.wait_for_more(subscribing);
    send_home(core, parts.stream, open, open_served);
}

// Without a word to the home.
void forget_reader(Core& core, Session& session, MessageSource& source) {
    const auto found = core.stream_readers.running.find(source.reader);
    const Ticket subscribing = found->second.subscribing;
    core.stream_readers.running.erase(found);
    source.reader = 0;
    --session.readers;
    if (subscribing != 0) confirm(core, subscribing);
}

void stop(Core& core, Session& session, MessageSource& source) {
    if (source.reader == 0) return;
    send_home(core, source.group, StreamClose{source.reader}, close_served);
    forget_reader(core, session, source);
}

bool is_acknowledged(Session& session, std::uint16_t slot) {
    bool all = true;
    const auto look = [&](const session::Held& held) { all = all && held.source != slot; };
    session.inflight.for_each([&](session::Inflight::Entry& entry) { look(entry.held); });
    for (std::size_t i = 0; i < session.queue.size(); ++i) look(session.queue[i]);
    return all;
}

// A place among the session's sources: one that was given up, if nothing of it is under way any more.
std::uint16_t new_slot(Session& session, std::string_view stream) {
    MessageSource source;
    source.kind = SourceKind::kStream;
    source.group = stream;
    for (std::size_t i = 0; i < session.sources.size(); ++i) {
        const auto slot = static_cast<std::uint16_t>(i + 1);
        const MessageSource& old = session.sources[i];
        if (old.kind != SourceKind::kStream || old.active || !is_acknowledged(session, slot)) continue;
        session.sources[i] = std::move(source);
        return slot;
    }
    session.sources.push_back(std::move(source));
    return static_cast<std::uint16_t>(session.sources.size());
}

void give_up(Core& core, Session& session, std::uint16_t slot) {
    MessageSource& source = source_of(session, slot);
    stop(core, session, source);
    source.active = false;
}

// The first answer: it is known where the reading begins. Messages come behind the SUBACK.
void opened(Core& core, Session& session, StreamReader& reader) {
    reader.is_opening = false;
    keep(core, session, reader, source_of(session, reader.slot).cursor.next);
    if (reader.subscribing == 0) {
        reader.may_ask = true;
        return;
    }
    if (session.stored != 0) wait_for_disk(core, reader.subscribing);
    confirm(core, std::exchange(reader.subscribing, 0));
}

session::Held held_of(Core& core, const StreamReader& reader, const StreamBatch::Record& record) {
    session::Held held;
    held.message = record.message;
    held.root = core.statistics.books.root_of(record.message->topic());
    held.qos = reader.terms.options.qos;
    held.subscription_id = reader.terms.id;
    held.source = reader.slot;
    held.source_position = record.offset;
    return held;
}

// They stay in the stream: out of the books of this session.
void drop_unacknowledged(Core& core, Session& session) {
    const auto is_read = [&](const session::Held& held) {
        return held.source != 0 && source_of(session, held.source).kind == SourceKind::kStream;
    };
    session.inflight.for_each([&](session::Inflight::Entry& entry) {
        if (!is_read(entry.held)) return;
        core.statistics.books[entry.held.root].hand_over();
        session.inflight.abandon(entry);
        --core.statistics.inflight;
    });
    session.inflight.drop_done();
    for (std::size_t left = session.queue.size(); left > 0; --left) {
        session::Held held = dequeue(core, session);
        if (is_read(held)) {
            core.statistics.books[held.root].hand_over();
        } else {
            enqueue(core, session, std::move(held));
        }
    }
}

}  // namespace

void subscribe_to_stream(Core& core, Session& session, std::string_view filter,
                         session::Subscription& subscription, std::string_view start_said,
                         Ticket subscribing) {
    const StreamFilter parts = *parse_stream_filter(filter);
    const std::string_view where = parts.start.empty() ? start_said : parts.start;
    if (subscription.source != 0) {
        const MessageSource& source = source_of(session, subscription.source);
        if (source.reader != 0 && (where.empty() || where == source.cursor.start)) {
            core.stream_readers.running.at(source.reader).terms = subscription;
            return;
        }
        give_up(core, session, subscription.source);
    }
    subscription.source = new_slot(session, parts.stream);
    source_of(session, subscription.source).cursor.start = where;
    start(core, session, filter, subscription, subscribing);
}

void restore_stream_subscription(Session& session, std::string_view filter,
                                 session::Subscription& subscription) {
    const StreamFilter parts = *parse_stream_filter(filter);
    subscription.source = new_slot(session, parts.stream);
    source_of(session, subscription.source).cursor.start = parts.start;
}

void unsubscribe_from_stream(Core& core, Session& session, std::string_view filter, std::uint16_t slot) {
    give_up(core, session, slot);
    forget_cursor(core, session, filter);
}

void start_readers(Core& core, Session& session) {
    for (const auto& [filter, subscription] : session.subscriptions) {
        if (subscription.source == 0 || source_of(session, subscription.source).kind != SourceKind::kStream)
            continue;
        start(core, session, filter, subscription, 0);
    }
}

void stop_readers(Core& core, Session& session) {
    if (session.readers == 0) return;
    for (std::size_t i = 0; i < session.sources.size(); ++i) {
        MessageSource& source = session.sources[i];
        if (source.reader == 0) continue;
        const auto slot = static_cast<std::uint16_t>(i + 1);
        StreamReader& reader = core.stream_readers.running.at(source.reader);
        source.cursor.next = resume_at(session, slot);
        if (session.expiry_s > 0 && source.cursor.stream != 0)
            keep(core, session, reader, source.cursor.next);
        stop(core, session, source);
    }
    drop_unacknowledged(core, session);
}

void begin_readers(Core& core, Session& session) {
    for (const MessageSource& source : session.sources) {
        if (source.reader == 0) continue;
        StreamReader& reader = core.stream_readers.running.at(source.reader);
        if (reader.subscribing == 0) reader.may_ask = true;
    }
    continue_readers(core, session);
}

void receive_stream_batch(Core& core, const StreamBatch& batch) {
    const auto found = core.stream_readers.running.find(batch.reader);
    if (found == core.stream_readers.running.end()) return;
    StreamReader& reader = found->second;
    Session& session = *core.sessions.find_number(reader.session);
    StreamCursor& cursor = source_of(session, reader.slot).cursor;
    if (batch.number == 0) {
        cursor.stream = cursor.next = 0;
        return forget_reader(core, session, source_of(session, reader.slot));
    }
    cursor.stream = batch.number;
    reader.is_asking = false;
    bool all_taken = true;
    for (const StreamBatch::Record& record : batch.records) {
        all_taken = room(core, session, reader) > 0;
        if (!all_taken) break;
        cursor.next = record.offset + 1;
        deliver(core, session, held_of(core, reader, record));
    }
    if (all_taken) cursor.next = batch.next;
    if (reader.is_opening) opened(core, session, reader);
    if (room(core, session, reader) > 0) make_ready(core, batch.reader, reader);
}

void continue_readers(Core& core, Session& session) {
    for (const MessageSource& source : session.sources) {
        if (source.reader == 0) continue;
        StreamReader& reader = core.stream_readers.running.at(source.reader);
        if (room(core, session, reader) > 0) make_ready(core, source.reader, reader);
    }
}

void ask_for_ready(Core& core) {
    std::vector<Ticket> ready;
    ready.swap(core.stream_readers.ready);
    for (const Ticket ticket : ready) {
        const auto found = core.stream_readers.running.find(ticket);
        if (found == core.stream_readers.running.end()) continue;
        StreamReader& reader = found->second;
        Session& session = *core.sessions.find_number(reader.session);
        reader.is_listed = false;
        const std::uint32_t messages = room(core, session, reader);
        if (messages == 0) continue;  // pump() will say when there is
        reader.is_asking = true;
        const MessageSource& source = source_of(session, reader.slot);
        send_home(core, source.group, StreamPull{ticket, source.cursor.next, messages}, pull_served);
    }
}

void settle_read(Core& core, Session& session, const session::Held& held) {
    const auto found = core.stream_readers.running.find(source_of(session, held.source).reader);
    if (found == core.stream_readers.running.end() || session.stored == 0) return;
    StreamReader& reader = found->second;
    if (++reader.unkept < kUnkeptMax && core.now - reader.kept_at < kKeepAfter) return;
    keep(core, session, reader, resume_at(session, held.source, held.source_position));
}

}  // namespace dray::shard
