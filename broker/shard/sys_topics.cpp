#include "shard/sys_topics.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "shard/core.h"
#include "shard/routing.h"

namespace dray::shard {

namespace {

void publish(Core& core, std::string_view name, std::string_view value) {
    mqtt::Publish packet;
    packet.retain = true;
    packet.payload = as_bytes(value);
    const std::string topic = std::string("$SYS/broker/").append(name);
    // A value that has not changed is not sent again.
    const session::MessageRef* known = core.sys_values.find(topic);
    if (known != nullptr && as_text((*known)->payload()) == value) return;
    const session::MessageRef message = session::Message::make(packet, topic, {});
    core.sys_values.set(topic, message);
    route(core, message, nullptr);
}

void publish(Core& core, std::string_view name, std::uint64_t value) {
    publish(core, name, std::to_string(value));
}

void publish_books(Core& core, const std::string& name_of_books, const Books& books) {
    publish(core, name_of_books + "/matched", books.matched);
    publish(core, name_of_books + "/delivered", books.delivered);
    publish(core, name_of_books + "/expired", books.expired);
    publish(core, name_of_books + "/dead-lettered", books.dead_lettered);
    publish(core, name_of_books + "/held", books.held);
    for (std::size_t i = 0; i < books.discarded.size(); ++i) {
        const std::string reason(name(static_cast<Discard>(i)));
        publish(core, name_of_books + "/discarded/" + reason, books.discarded[i]);
    }
}

void publish_books(Core& core, const RootBooks& books) {
    publish_books(core, "books", books.total());
    books.for_each_root([&core](std::string_view root, const Books& of_root) {
        publish_books(core, std::string("books/roots/").append(root), of_root);
    });
    publish_books(core, "books/other-roots", books.other_roots());
}

struct NamedTotal {
    std::string_view name;
    std::uint64_t total;
};

void publish_loads(Core& core, const Statistics& sum, const Books& books) {
    const NamedTotal loads[kLoadCount] = {{"messages/received", sum.packets_received},
                                          {"messages/sent", sum.packets_sent()},
                                          {"publish/received", sum.publish_received},
                                          {"publish/sent", sum.publish_sent},
                                          {"publish/dropped", books.discarded_total()},
                                          {"bytes/received", sum.bytes_received},
                                          {"bytes/sent", sum.bytes_sent},
                                          {"sockets", sum.sockets_opened},
                                          {"connections", sum.connects_received}};
    const std::int64_t elapsed_ms = (core.now - core.loads_at).count();
    core.loads_at = core.now;
    for (std::size_t i = 0; i < kLoadCount; ++i) {
        core.loads[i].update(loads[i].total, elapsed_ms);
        for (std::size_t j = 0; j < LoadAverage::kMinutes.size(); ++j) {
            char value[32];
            std::snprintf(value, sizeof value, "%.2f", core.loads[i].over(j));
            const std::string minutes = std::to_string(LoadAverage::kMinutes[j]) + "min";
            publish(core, "load/" + std::string(loads[i].name) + "/" + minutes, value);
        }
    }
}

void publish_all(Core& core, const Statistics& sum) {
    const Books books = sum.books.total();
    const auto uptime_s = (core.now - core.started).count() / 1000;
    core.clients_max = std::max(core.clients_max, sum.clients_connected);
    const std::uint64_t disconnected = sum.sessions - std::min(sum.sessions, sum.clients_connected);
    publish(core, "version", "dray version " + core.options.version);
    publish(core, "uptime", std::to_string(uptime_s) + " seconds");
    publish(core, "clients/total", sum.sessions);
    publish(core, "clients/connected", sum.clients_connected);
    publish(core, "clients/active", sum.clients_connected);
    publish(core, "clients/disconnected", disconnected);
    publish(core, "clients/inactive", disconnected);
    publish(core, "clients/maximum", core.clients_max);
    publish(core, "clients/expired", sum.clients_expired);
    publish(core, "messages/received", sum.packets_received);
    publish(core, "messages/sent", sum.packets_sent());
    publish(core, "publish/messages/received", sum.publish_received);
    publish(core, "publish/messages/sent", sum.publish_sent);
    publish(core, "publish/messages/dropped", books.discarded_total());
    publish(core, "publish/messages/refused", sum.publishes_refused);
    publish(core, "publish/messages/forbidden", sum.publishes_forbidden);
    publish(core, "subscriptions/forbidden", sum.subscribes_forbidden);
    publish(core, "publish/bytes/received", sum.publish_bytes_received);
    publish(core, "publish/bytes/sent", sum.publish_bytes_sent);
    publish(core, "bytes/received", sum.bytes_received);
    publish(core, "bytes/sent", sum.bytes_sent);
    publish(core, "messages/stored", sum.retained + books.held);
    publish(core, "store/messages/count", sum.retained + books.held);
    publish(core, "store/messages/bytes", sum.retained_bytes + sum.queued_bytes);
    publish(core, "messages/inflight", sum.inflight);
    publish(core, "retained messages/count", sum.retained);
    publish(core, "subscriptions/count", sum.subscriptions);
    publish(core, "shared_subscriptions/count", sum.shared_subscriptions);
    publish_loads(core, sum, books);
    publish_books(core, sum.books);
}

}  // namespace

void take_stock(Core& core) {
    Statistics& statistics = core.statistics;
    statistics.clients_connected = core.connected;
    statistics.sessions = core.sessions.size();
    statistics.retained = core.retained.size();
    statistics.parked = core.parking.messages;
}

void report_statistics(Core& core) {
    take_stock(core);
    if (core.options.index != 0) {
        core.forward(0, Report{core.statistics});
    } else {
        Statistics sum = core.statistics;
        for (const Statistics& report : core.reports) sum.add(report);
        publish_all(core, sum);
    }
    core.timers.set(
        {core.now + std::chrono::milliseconds(core.limits().sys_interval_ms), Timer::Kind::kSysTopics});
}

void receive_report(Core& core, ShardIndex from, const Report& report) {
    core.reports.resize(core.options.count);
    core.reports[from] = report.statistics;
}

}  // namespace dray::shard
