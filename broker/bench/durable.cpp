#include "bench/durable.h"

#include <deque>

#include "bench/failure.h"
#include "bench/join_all.h"
#include "bench/patience.h"
#include "bench/process.h"
#include "bench/progress.h"
#include "bench/report.h"

namespace dray::bench {
namespace {

class Durable : public CrowdListener {
  public:
    Durable(const DurableOptions& durable, const RunOptions& options)
        : durable_(durable),
          options_(options),
          crowd_(options.crowd, *this),
          payload_(static_cast<std::size_t>(options.payload_bytes), 'x') {}

    Figures run() {
        if (!durable_.without_sessions) leave_sessions_behind();
        for (int i = 0; i < durable_.publishers; ++i) {
            const std::size_t client = crowd_.add({.id = "bench-p" + std::to_string(i), .filters = {}});
            if (i == 0) first_client_ = client;
            publishers_.push_back({.next = i % durable_.sessions, .sent = {}});
        }
        join_all(crowd_);
        const ProcessFigures before = process_figures(options_.pid);
        const std::int64_t begin = now_ns();
        publish(begin);
        const double seconds = seconds_since(begin);
        const ProcessFigures after = process_figures(options_.pid);
        const auto acknowledged = static_cast<double>(latencies_.count());
        Figures figures{{"workload", "durable"},
                        {"broker", options_.crowd.broker.url},
                        {"sessions", durable_.sessions},
                        {"payload_bytes", options_.payload_bytes},
                        {"seconds", rounded(seconds, 3)},
                        {"acknowledged", latencies_.count()},
                        {"acknowledged_per_s", std::round(acknowledged / seconds)}};
        if (options_.pid != 0) {
            figures["cpu_s_per_million"] = rounded((after.cpu_s - before.cpu_s) / acknowledged * 1e6, 3);
            figures["rss_mb"] = rounded(static_cast<double>(after.rss_bytes) / 1e6, 1);
        }
        add_latencies(figures, latencies_);
        return figures;
    }

    void on_message(std::size_t, ByteView, std::int64_t) override {}
    void on_acknowledged(std::size_t client, std::int64_t now) override {
        auto& sent = publishers_[client - first_client_].sent;
        latencies_.record(static_cast<std::uint64_t>(now - sent.front()));
        sent.pop_front();
    }

  private:
    struct Publisher {
        int next = 0;                   // session
        std::deque<std::int64_t> sent;  // acknowledged in the order of sending
    };

    std::string topic(int session) const { return options_.topics + "/" + std::to_string(session); }

    void leave_sessions_behind() {
        Crowd crowd(options_.crowd, *this);
        for (int i = 0; i < durable_.sessions; ++i) {
            crowd.add({.id = "d" + std::to_string(i),
                       .filters = {topic(i)},
                       .qos = mqtt::QoS::kAtLeastOnce,
                       .clean_session = false});
        }
        join_all(crowd);
        for (std::size_t i = 0; i < crowd.size(); ++i) crowd.leave(i);
    }

    bool is_over(std::int64_t begin) const {
        return durable_.messages > 0 ? latencies_.count() >= durable_.messages
                                     : seconds_since(begin) >= options_.seconds;
    }

    void publish(std::int64_t begin) {
        Progress progress;
        std::uint64_t seen = 0;
        for (std::int64_t since = begin; !is_over(begin);) {
            for (std::size_t i = 0; i < publishers_.size(); ++i) fill_window(i);
            crowd_.turn(now_ns() + kSecond / 20);
            const std::uint64_t count = latencies_.count();
            if (count != seen) since = now_ns();
            seen = count;
            if (now_ns() - since > kPatienceNs) throw Failure("the broker acknowledges nothing any more");
            progress.show("messages acknowledged",
                          durable_.messages > 0
                              ? static_cast<double>(count) / static_cast<double>(durable_.messages)
                              : seconds_since(begin) / options_.seconds,
                          count);
        }
    }

    void fill_window(std::size_t index) {
        Publisher& publisher = publishers_[index];
        while (publisher.sent.size() < static_cast<std::size_t>(durable_.window) &&
               (durable_.messages == 0 || sent_ < durable_.messages)) {
            const std::string to = topic(publisher.next);
            mqtt::Publish message;
            message.qos = mqtt::QoS::kAtLeastOnce;
            message.topic = to;
            message.payload = as_bytes(payload_);
            crowd_.publish(first_client_ + index, message);
            publisher.next = (publisher.next + durable_.publishers) % durable_.sessions;
            publisher.sent.push_back(now_ns());
            ++sent_;
        }
    }

    const DurableOptions& durable_;
    const RunOptions& options_;
    Crowd crowd_;
    const std::string payload_;
    std::size_t first_client_ = 0;
    std::vector<Publisher> publishers_;
    std::uint64_t sent_ = 0;
    Histogram latencies_;
};

}  // namespace

Figures run_durable(const DurableOptions& durable, const RunOptions& options) {
    return Durable(durable, options).run();
}

}  // namespace dray::bench
