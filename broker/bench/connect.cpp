#include "bench/connect.h"

#include "bench/clock.h"
#include "bench/join_all.h"
#include "bench/process.h"
#include "bench/report.h"

namespace dray::bench {
namespace {

class NoMessages : public CrowdListener {
    void on_message(std::size_t, ByteView, std::int64_t) override {}
};

}  // namespace

Figures run_connect(const ConnectOptions& connect, RunOptions options) {
    const auto clients = static_cast<std::size_t>(connect.clients);
    if (connect.at_once) {
        options.crowd.joining_max = clients;
        options.crowd.retries_max = clients;
    }
    NoMessages listener;
    Crowd crowd(options.crowd, listener);
    for (std::size_t i = 0; i < clients; ++i) {
        Client client;
        client.id = "bench-" + std::to_string(i);
        client.clean_session = !connect.keep_sessions;
        client.qos = options.mqtt_qos();
        if (connect.subscribe) client.filters.push_back(options.topics + "/" + std::to_string(i));
        crowd.add(std::move(client));
    }
    const ProcessFigures before = process_figures(options.pid);
    const std::int64_t begin = now_ns();
    join_all(crowd);
    const double seconds = seconds_since(begin);
    const ProcessFigures joined = process_figures(options.pid);
    const std::int64_t held_from = now_ns();
    while (seconds_since(held_from) < connect.hold_s) crowd.turn(now_ns() + kSecond / 10);
    const ProcessFigures held = process_figures(options.pid);

    const auto count = static_cast<double>(clients);
    Figures figures{{"workload", "connect"},
                    {"broker", options.crowd.broker.url},
                    {"clients", clients},
                    {"retried", crowd.retried()},
                    {"seconds", rounded(seconds, 3)},
                    {"connects_per_s", std::round(count / seconds)}};
    if (options.pid != 0) {
        figures["cpu_ms_per_1000"] = rounded((joined.cpu_s - before.cpu_s) / count * 1e6, 3);
        figures["idle_cpu_s_per_s"] = rounded((held.cpu_s - joined.cpu_s) / connect.hold_s, 4);
        figures["rss_mb"] = rounded(static_cast<double>(held.rss_bytes) / 1e6, 1);
        const auto grown = static_cast<double>(held.rss_bytes) - static_cast<double>(before.rss_bytes);
        figures["rss_bytes_per_client"] = std::round(grown / count);
    }
    add_latencies(figures, crowd.join_times());
    return figures;
}

}  // namespace dray::bench
