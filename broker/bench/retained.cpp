#include "bench/retained.h"

#include "bench/failure.h"
#include "bench/join_all.h"
#include "bench/patience.h"
#include "bench/process.h"
#include "bench/progress.h"
#include "bench/report.h"

namespace dray::bench {
namespace {

class Retained : public CrowdListener {
  public:
    Retained(const RetainedOptions& retained, const RunOptions& options)
        : retained_(retained), options_(options), crowd_(options.crowd, *this) {
        crowd_.add({.id = "bench-retains", .filters = {}});
    }

    Figures run() {
        join_all(crowd_);
        const auto topics = static_cast<double>(retained_.topics);
        const ProcessFigures before = process_figures(options_.pid);
        const double setting_s = set_all(std::string(static_cast<std::size_t>(options_.payload_bytes), 'x'));
        const ProcessFigures set = process_figures(options_.pid);
        const std::int64_t begin = now_ns();
        crowd_.add({.id = "bench-takes", .filters = {options_.topics + "/#"}, .qos = options_.mqtt_qos()});
        join_all(crowd_);
        wait_until("retained messages came", arrived_);
        const ProcessFigures taken = process_figures(options_.pid);
        Figures figures{{"workload", "retained"},
                        {"broker", options_.crowd.broker.url},
                        {"topics", retained_.topics},
                        {"payload_bytes", options_.payload_bytes},
                        {"set_per_s", std::round(topics / setting_s)},
                        {"first_ms", rounded(static_cast<double>(first_ns_ - begin) / 1e6, 3)},
                        {"all_ms", rounded(static_cast<double>(last_ns_ - begin) / 1e6, 1)}};
        if (options_.pid != 0) {
            figures["set_cpu_s_per_million"] = rounded((set.cpu_s - before.cpu_s) / topics * 1e6, 3);
            figures["take_cpu_s_per_million"] = rounded((taken.cpu_s - set.cpu_s) / topics * 1e6, 3);
            figures["rss_mb"] = rounded(static_cast<double>(set.rss_bytes) / 1e6, 1);
            figures["rss_bytes_per_topic"] = std::round(
                (static_cast<double>(set.rss_bytes) - static_cast<double>(before.rss_bytes)) / topics);
        }
        crowd_.leave(1);
        set_all("");  // which removes them
        return figures;
    }

    void on_message(std::size_t, ByteView, std::int64_t now) override {
        if (arrived_++ == 0) first_ns_ = now;
        last_ns_ = now;
    }
    void on_acknowledged(std::size_t, std::int64_t) override { ++acknowledged_; }

  private:
    double set_all(const std::string& payload) {
        const std::int64_t begin = now_ns();
        const auto window = static_cast<std::uint64_t>(retained_.window);
        const auto topics = static_cast<std::uint64_t>(retained_.topics);
        acknowledged_ = 0;
        for (std::uint64_t sent = 0; sent < topics;) {
            for (; sent < topics && sent - acknowledged_ < window; ++sent) {
                const std::string topic = options_.topics + "/" + std::to_string(sent);
                mqtt::Publish message;
                message.qos = mqtt::QoS::kAtLeastOnce;
                message.retain = true;
                message.topic = topic;
                message.payload = as_bytes(payload);
                crowd_.publish(0, message);
            }
            crowd_.turn(now_ns() + kTickNs);
        }
        wait_until("messages retained", acknowledged_);
        return seconds_since(begin);
    }

    void wait_until(const char* what, const std::uint64_t& count) {
        Progress progress;
        const auto topics = static_cast<std::uint64_t>(retained_.topics);
        std::uint64_t seen = count;
        for (std::int64_t since = now_ns(); count < topics;) {
            crowd_.turn(now_ns() + kTickNs);
            if (count != seen) since = now_ns();
            seen = count;
            progress.show(what, static_cast<double>(count) / static_cast<double>(topics), count);
            if (now_ns() - since > kPatienceNs) {
                throw Failure(std::string(what) + ": " + std::to_string(count) + " of " +
                              std::to_string(topics) + ", and no more");
            }
        }
    }

    const RetainedOptions& retained_;
    const RunOptions& options_;
    Crowd crowd_;
    std::uint64_t acknowledged_ = 0;
    std::uint64_t arrived_ = 0;
    std::int64_t first_ns_ = 0;
    std::int64_t last_ns_ = 0;
};

}  // namespace

Figures run_retained(const RetainedOptions& retained, const RunOptions& options) {
    return Retained(retained, options).run();
}

}  // namespace dray::bench
