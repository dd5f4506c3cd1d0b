#include "admin/metrics.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "admin/sink_routes.h"

namespace dray::admin {

namespace {

using shard::Books;
using shard::Discard;
using shard::RootBooks;

using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

enum class Kind : std::uint8_t { kCounter, kGauge };

class Exposition {
  public:
    // Begins a family: everything up to the next is of it.
    Exposition& family(Kind kind, std::string_view name, std::string_view help) {
        name_ = name;
        text_.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ").append(name);
        text_ += kind == Kind::kCounter ? " counter\n" : " gauge\n";
        return *this;
    }
    Exposition& sample(std::uint64_t value, Labels labels = {}) {
        return write(std::to_string(value), labels);
    }
    Exposition& seconds(std::uint64_t ms, Labels labels = {}) {
        const std::string thousandths = std::to_string(1000 + ms % 1000);
        return write(std::to_string(ms / 1000) + '.' + thousandths.substr(1), labels);
    }
    std::string take() { return std::move(text_); }

  private:
    Exposition& write(std::string_view value, Labels labels) {
        text_ += name_;
        char separator = '{';
        for (const auto& [label, content] : labels) {
            text_ += separator;
            text_.append(label).append("=\"");
            for (const char c : content) {
                if (c == '\n') {
                    text_ += "\\n";
                    continue;
                }
                if (c == '"' || c == '\\') text_ += '\\';
                text_ += c;
            }
            text_ += '"';
            separator = ',';
        }
        if (labels.size() > 0) text_ += '}';
        text_.append(" ").append(value).append("\n");
        return *this;
    }

    std::string name_;
    std::string text_;
};

void write_broker(Exposition& out, const Overview& overview) {
    out.family(Kind::kGauge, "dray_build_info", "What runs").sample(1, {{"version", overview.version}});
    out.family(Kind::kGauge, "dray_uptime_seconds", "Since the start").seconds(overview.uptime_ms);
    out.family(Kind::kGauge, "dray_shards", "Shards, one thread each").sample(overview.shards);
    out.family(Kind::kGauge, "dray_store_keeps", "1 if state is kept on disk")
        .sample(overview.store_keeps ? 1 : 0);
    out.family(Kind::kGauge, "dray_store_works", "0 while the disk refuses and acknowledgements wait")
        .sample(overview.store_works ? 1 : 0);
}

struct Number {
    Kind kind;
    std::string_view name;
    std::string_view help;
    std::uint64_t shard::Statistics::*value;
};

constexpr Number kNumbers[] = {
    {Kind::kGauge, "dray_clients_connected", "Clients that are connected",
     &shard::Statistics::clients_connected},
    {Kind::kGauge, "dray_sessions", "Sessions, of connected clients and of others",
     &shard::Statistics::sessions},
    {Kind::kGauge, "dray_subscriptions", "Subscriptions of all sessions", &shard::Statistics::subscriptions},
    {Kind::kGauge, "dray_shared_subscriptions", "... of those, shared ones",
     &shard::Statistics::shared_subscriptions},
    {Kind::kGauge, "dray_retained_messages", "Topics with a retained message", &shard::Statistics::retained},
    {Kind::kGauge, "dray_retained_bytes", "Payloads of retained messages",
     &shard::Statistics::retained_bytes},
    {Kind::kGauge, "dray_inflight_messages", "Sent at QoS 1 or 2 and not acknowledged",
     &shard::Statistics::inflight},
    {Kind::kGauge, "dray_queued_bytes", "Payloads that wait for their sessions",
     &shard::Statistics::queued_bytes},
    {Kind::kGauge, "dray_parked_messages",
     "Of publishers before MQTT 5, which wait until a full queue, or the broker, has room",
     &shard::Statistics::parked},
    {Kind::kCounter, "dray_sockets_opened_total", "Connections accepted", &shard::Statistics::sockets_opened},
    {Kind::kCounter, "dray_connections_turned_away_total",
     "Connections closed at once: no room, or too many from one address",
     &shard::Statistics::connections_turned_away},
    {Kind::kCounter, "dray_connects_received_total", "CONNECT packets",
     &shard::Statistics::connects_received},
    {Kind::kCounter, "dray_connects_accepted_total", "... that were accepted",
     &shard::Statistics::connects_accepted},
    {Kind::kCounter, "dray_connects_refused_total", "... that were refused",
     &shard::Statistics::connects_refused},
    {Kind::kCounter, "dray_logins_failed_total", "Wrong passwords, proofs and tokens",
     &shard::Statistics::logins_failed},
    {Kind::kCounter, "dray_logins_held_off_total", "Logins that came too soon after too many failures",
     &shard::Statistics::logins_held_off},
    {Kind::kCounter, "dray_reading_paused_total",
     "Times that a client was not read for a moment because it had sent more than its rate allows",
     &shard::Statistics::reading_paused},
    {Kind::kCounter, "dray_clients_too_fast_total", "Clients that were closed for it",
     &shard::Statistics::clients_too_fast},
    {Kind::kCounter, "dray_sessions_expired_total", "Sessions whose time ran out",
     &shard::Statistics::clients_expired},
    {Kind::kCounter, "dray_protocol_errors_total", "Connections closed for what the client sent",
     &shard::Statistics::protocol_errors},
    {Kind::kCounter, "dray_received_bytes_total", "From clients", &shard::Statistics::bytes_received},
    {Kind::kCounter, "dray_sent_bytes_total", "To clients", &shard::Statistics::bytes_sent},
    {Kind::kCounter, "dray_packets_received_total", "MQTT packets from clients",
     &shard::Statistics::packets_received},
    {Kind::kCounter, "dray_control_packets_sent_total", "MQTT packets to clients that are not PUBLISH",
     &shard::Statistics::control_sent},
    {Kind::kCounter, "dray_publish_received_total", "PUBLISH packets from clients",
     &shard::Statistics::publish_received},
    {Kind::kCounter, "dray_publish_sent_total", "PUBLISH packets to clients",
     &shard::Statistics::publish_sent},
    {Kind::kCounter, "dray_publish_received_bytes_total", "Their payloads",
     &shard::Statistics::publish_bytes_received},
    {Kind::kCounter, "dray_publish_sent_bytes_total", "Their payloads",
     &shard::Statistics::publish_bytes_sent},
    {Kind::kCounter, "dray_publish_refused_total",
     "PUBLISH packets refused: by the rules of topics, of access, or for want of room",
     &shard::Statistics::publishes_refused},
    {Kind::kCounter, "dray_publish_forbidden_total", "... of those, by the rules of access",
     &shard::Statistics::publishes_forbidden},
    {Kind::kCounter, "dray_subscribe_forbidden_total", "Filters refused by the rules of access",
     &shard::Statistics::subscribes_forbidden},
};

// Roots that have no books of their own: what no topic can be called.
constexpr std::string_view kOtherRoots = "#";

// matched = delivered + expired + dead-lettered + discarded + held. "matched" is no counter for Prometheus:
// for a moment a message on its way from one shard to another is in no book, and a counter that falls would
// be taken for a restart.
void write_books(Exposition& out, const RootBooks& books) {
    const auto for_each = [&books](const auto& visit) {
        books.for_each_root(visit);
        visit(kOtherRoots, books.other_roots());
    };
    const auto family = [&](Kind kind, const char* name, const char* help, std::uint64_t Books::*column) {
        out.family(kind, name, help);
        for_each([&](std::string_view root, const Books& each) {
            out.sample(each.*column, {{"root", root}});
        });
    };
    family(Kind::kGauge, "dray_messages_matched", "Message and taker pairs that matched, ever, by topic root",
           &Books::matched);
    family(Kind::kGauge, "dray_messages_held", "... that wait now", &Books::held);
    family(Kind::kCounter, "dray_messages_delivered_total", "... that were delivered", &Books::delivered);
    family(Kind::kCounter, "dray_messages_expired_total", "... whose time ran out", &Books::expired);
    family(Kind::kCounter, "dray_messages_dead_lettered_total", "... that a dead-letter queue took",
           &Books::dead_lettered);
    out.family(Kind::kCounter, "dray_messages_discarded_total", "... that were discarded, by reason");
    for_each([&out](std::string_view root, const Books& each) {
        for (std::size_t i = 0; i < each.discarded.size(); ++i) {
            out.sample(each.discarded[i], {{"root", root}, {"reason", name(static_cast<Discard>(i))}});
        }
    });
    out.family(Kind::kGauge, "dray_books_balance", "1 if all of them add up")
        .sample(books.total().balance() ? 1 : 0);
}

void write_queues(Exposition& out, const std::vector<shard::QueueInfo>& queues) {
    if (queues.empty()) return;
    struct Column {
        Kind kind;
        const char* name;
        const char* help;
        std::uint64_t shard::QueueInfo::*value;
    };
    using Info = shard::QueueInfo;
    static constexpr Column kColumns[] = {
        {Kind::kGauge, "dray_queue_messages", "What a queue holds", &Info::messages},
        {Kind::kGauge, "dray_queue_bytes", "... in bytes", &Info::bytes},
        {Kind::kGauge, "dray_queue_unacknowledged_messages", "... of those, with a consumer",
         &Info::unacknowledged},
        {Kind::kGauge, "dray_queue_delayed_messages", "... and waiting for their next try", &Info::delayed},
        {Kind::kGauge, "dray_queue_consumers", "Consumers that are connected", &Info::consumers},
        {Kind::kCounter, "dray_queue_arrived_total", "Messages that it took", &Info::arrived},
        {Kind::kCounter, "dray_queue_consumed_total", "... that were acknowledged", &Info::consumed},
        {Kind::kCounter, "dray_queue_redelivered_total", "... that were tried again", &Info::redelivered},
        {Kind::kCounter, "dray_queue_expired_total", "... whose time ran out", &Info::expired},
        {Kind::kCounter, "dray_queue_dead_lettered_total", "... that became dead letters",
         &Info::dead_lettered},
        {Kind::kCounter, "dray_queue_discarded_total", "... that were thrown away", &Info::discarded},
    };
    for (const Column& column : kColumns) {
        out.family(column.kind, column.name, column.help);
        for (const Info& queue : queues) out.sample(queue.*column.value, {{"queue", queue.options.name}});
    }
    out.family(Kind::kGauge, "dray_queue_oldest_age_seconds", "How long its oldest message has waited");
    for (const Info& queue : queues) out.seconds(queue.oldest_age_ms, {{"queue", queue.options.name}});
    const auto flag = [&](const char* name, const char* help, bool Info::*value) {
        out.family(Kind::kGauge, name, help);
        for (const Info& queue : queues) out.sample(queue.*value ? 1 : 0, {{"queue", queue.options.name}});
    };
    flag("dray_queue_full", "1 while publishers are refused or held back", &Info::is_full);
    flag("dray_queue_alert", "1 while it holds too much, or something for too long", &Info::is_alerting);
}

void write_streams(Exposition& out, const std::vector<shard::StreamInfo>& streams) {
    if (streams.empty()) return;
    const auto family = [&](const char* name, const char* help, const auto& value) {
        out.family(Kind::kGauge, name, help);
        for (const auto& stream : streams) out.sample(value(stream), {{"stream", stream.options.name}});
    };
    using Info = const shard::StreamInfo&;
    family("dray_stream_first_offset", "Of the oldest message that is kept",
           [](Info stream) { return stream.first_offset; });
    family("dray_stream_next_offset", "Of the next message to come: its rate is that of the stream",
           [](Info stream) { return stream.next_offset; });
    family("dray_stream_bytes", "What is kept", [](Info stream) { return stream.bytes; });
    family("dray_stream_readers", "Readers that are connected",
           [](Info stream) { return std::uint64_t{stream.readers.size()}; });
    family("dray_stream_lag_messages_max", "How far the last of them is behind", [](Info stream) {
        std::uint64_t most = 0;
        for (const auto& reader : stream.readers) most = std::max(most, reader.lag);
        return most;
    });
}

void write_bridges(Exposition& out, const std::vector<const bridge::Figures*>& bridges) {
    if (bridges.empty()) return;
    out.family(Kind::kGauge, "dray_bridge_up", "1 while both brokers are connected by it");
    for (const auto* bridge : bridges) out.sample(bridge->is_up ? 1 : 0, {{"bridge", bridge->name}});
    const auto family = [&](const char* name, const char* help,
                            const bridge::Counter bridge::Figures::*value) {
        out.family(Kind::kCounter, name, help);
        for (const auto* bridge : bridges) out.sample(bridge->*value, {{"bridge", bridge->name}});
    };
    family("dray_bridge_connects_total", "How often it has come up", &bridge::Figures::connects);
    family("dray_bridge_failures_total", "Attempts to connect that failed, and connections that were lost",
           &bridge::Figures::failures);
    struct Column {
        const char* name;
        const char* help;
        bridge::Counter bridge::DirectionFigures::*value;
    };
    using Figures = bridge::DirectionFigures;
    static constexpr Column kColumns[] = {
        {"dray_bridge_messages_total", "Messages passed on, each time that they were", &Figures::messages},
        {"dray_bridge_repeated_total", "... of those, again, for want of an acknowledgement",
         &Figures::repeated},
        {"dray_bridge_looped_total", "Messages not passed on: they had been there", &Figures::looped},
        {"dray_bridge_dropped_total", "Messages not passed on: no topic fits any more, or too long",
         &Figures::dropped},
        {"dray_bridge_refused_total", "Messages that the broker on the other side refused",
         &Figures::refused},
    };
    for (const Column& column : kColumns) {
        out.family(Kind::kCounter, column.name, column.help);
        for (const auto* bridge : bridges) {
            out.sample(bridge->out.*column.value, {{"bridge", bridge->name}, {"direction", "out"}});
            out.sample(bridge->in.*column.value, {{"bridge", bridge->name}, {"direction", "in"}});
        }
    }
}

void write_sinks(Exposition& out, const Overview& overview) {
    if (overview.sinks.empty()) return;
    const auto family = [&](Kind kind, const char* name, const char* help, const auto& value) {
        out.family(kind, name, help);
        for (const auto* sink : overview.sinks)
            out.sample(value(*sink), {{"sink", sink->name}, {"kind", sink->kind}});
    };
    family(Kind::kGauge, "dray_sink_up", "1 while the other side is connected",
           [](const sink::Figures& sink) { return std::uint64_t{sink.is_up}; });
    family(Kind::kGauge, "dray_sink_stopped", "1 while it stands still for a message that was refused",
           [](const sink::Figures& sink) { return std::uint64_t{sink.is_stopped}; });
    family(Kind::kGauge, "dray_sink_lag_messages", "Messages of its stream that are not confirmed over there",
           [&](const sink::Figures& sink) { return lag_of(sink, overview.streams); });
    struct Column {
        Kind kind;
        const char* name;
        const char* help;
        sink::Counter sink::Figures::*value;
    };
    using Figures = sink::Figures;
    static constexpr Column kColumns[] = {
        {Kind::kGauge, "dray_sink_unacknowledged_messages", "... of those, read from the stream",
         &Figures::unacknowledged},
        {Kind::kCounter, "dray_sink_messages_total", "Messages that the other side has confirmed",
         &Figures::messages},
        {Kind::kCounter, "dray_sink_repeated_total", "Messages given once more, for want of a confirmation",
         &Figures::repeated},
        {Kind::kCounter, "dray_sink_refused_total", "Refusals of messages for good", &Figures::refused},
        {Kind::kCounter, "dray_sink_dead_lettered_total", "... whose messages became dead letters",
         &Figures::dead_lettered},
        {Kind::kCounter, "dray_sink_connects_total", "How often it has come up", &Figures::connects},
        {Kind::kCounter, "dray_sink_failures_total",
         "Attempts to connect that failed, and connections that were lost", &Figures::failures},
    };
    for (const Column& column : kColumns)
        family(column.kind, column.name, column.help,
               [&](const sink::Figures& sink) { return (sink.*column.value).load(); });
}

}  // namespace

std::string metrics(const Overview& overview) {
    Exposition out;
    write_broker(out, overview);
    for (const Number& number : kNumbers) {
        out.family(number.kind, number.name, number.help).sample(overview.statistics.*number.value);
    }
    write_books(out, overview.statistics.books);
    write_queues(out, overview.queues);
    write_streams(out, overview.streams);
    write_bridges(out, overview.bridges);
    write_sinks(out, overview);
    return out.take();
}

}  // namespace dray::admin
