#include "bench/traffic.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "bench/join_all.h"
#include "bench/patience.h"
#include "bench/process.h"
#include "bench/progress.h"
#include "bench/report.h"

namespace dray::bench {
namespace {

constexpr std::int64_t kDrainPatienceNs = 5 * kSecond;  // without any delivery while draining

struct Stamp {
    std::int64_t due_ns = 0;
    std::uint32_t publisher = 0;
};
constexpr std::size_t kStampBytes = 12;

class Traffic : public CrowdListener {
  public:
    Traffic(const Plan& plan, const RunOptions& options)
        : plan_(plan),
          options_(options),
          crowd_(options.crowd, *this),
          payload_(std::max(kStampBytes, static_cast<std::size_t>(options.payload_bytes)), 'x') {
        for (const Client& client : plan.clients) crowd_.add(client);
        for (const Flow& flow : plan.flows) {
            flows_.push_back({.plan = &flow, .first = senders_.size(), .next = senders_.size()});
            for (const Publisher& publisher : flow.publishers) {
                senders_.push_back({.plan = &publisher, .flow = flows_.size() - 1});
            }
        }
    }

    Figures run() {
        join_all(crowd_);
        pass(options_.warm_up_s, "warming up");
        const ProcessFigures before = process_figures(options_.pid);
        published_ = delivered_ = 0;
        measuring_ = true;
        const double seconds = pass(options_.seconds, "measuring");
        measuring_ = false;
        const ProcessFigures after = process_figures(options_.pid);
        const auto delivered = static_cast<double>(delivered_);
        Figures figures{{"workload", plan_.name},
                        {"broker", options_.crowd.broker.url},
                        {"qos", options_.qos},
                        {"clients", crowd_.size()},
                        {"payload_bytes", payload_.size()},
                        {"seconds", rounded(seconds, 3)},
                        {"published", published_},
                        {"delivered", delivered_},
                        {"deliveries_per_s", std::round(delivered / seconds)}};
        if (options_.pid != 0) {
            const double cpu_s = after.cpu_s - before.cpu_s;
            figures["cpu_s"] = rounded(cpu_s, 4);
            figures["cpu_s_per_million"] = delivered_ == 0 ? 0 : rounded(cpu_s / delivered * 1e6, 3);
            figures["rss_mb"] = rounded(static_cast<double>(after.rss_bytes) / 1e6, 1);
        }
        add_latencies(figures, latencies_);
        figures["lost"] = drain();
        return figures;
    }

    void on_message(std::size_t /*client*/, ByteView payload, std::int64_t now) override {
        if (payload.size() < kStampBytes) return;
        Stamp stamp;
        std::memcpy(&stamp.due_ns, payload.data(), sizeof(stamp.due_ns));
        std::memcpy(&stamp.publisher, payload.data() + sizeof(stamp.due_ns), sizeof(stamp.publisher));
        if (stamp.publisher >= senders_.size()) return;  // of another run on the same topics
        Sender& sender = senders_[stamp.publisher];
        ++sender.arrived;
        ++arrived_;
        ++delivered_;
        if (measuring_)
            latencies_.record(static_cast<std::uint64_t>(std::max<std::int64_t>(0, now - stamp.due_ns)));
        const FlowState& flow = flows_[sender.flow];
        if (!sender.is_due && flow.plan->rate_hz == 0 && has_half_a_window(sender, *flow.plan)) {
            sender.is_due = true;
            due_.push_back(stamp.publisher);
        }
    }

  private:
    struct FlowState {
        const Flow* plan = nullptr;
        std::size_t first = 0;  // of its senders
        std::size_t next = 0;   // sends the next message that is due
        std::int64_t from_ns = 0;
        std::uint64_t sent = 0;  // since then

        std::int64_t due_ns() const {
            return from_ns + static_cast<std::int64_t>(static_cast<double>(sent + 1) / plan->rate_hz * 1e9);
        }
    };
    struct Sender {
        const Publisher* plan = nullptr;
        std::size_t flow = 0;
        std::size_t topic = 0;
        std::uint64_t sent = 0;
        std::uint64_t arrived = 0;  // deliveries of what it sent
        bool is_due = false;        // stands in due_
    };

    // Publishes for so many seconds; returns how many it were.
    double pass(double seconds, std::string_view what) {
        Progress progress;
        const std::int64_t begin = now_ns();
        const std::int64_t end = begin + static_cast<std::int64_t>(seconds * 1e9);
        for (FlowState& flow : flows_) {
            flow.from_ns = begin;
            flow.sent = 0;
        }
        due_.clear();
        for (std::size_t i = 0; i < senders_.size(); ++i) {
            senders_[i].is_due = flows_[senders_[i].flow].plan->rate_hz == 0;
            if (senders_[i].is_due) due_.push_back(i);
        }
        for (std::int64_t now = begin; now < end; now = now_ns()) {
            std::int64_t wake = std::min(end, now + kTickNs);
            for (FlowState& flow : flows_) {
                if (flow.plan->rate_hz > 0) wake = std::min(wake, send_what_is_due(flow, now));
            }
            fill_windows(now);
            crowd_.turn(wake);
            progress.show(what, static_cast<double>(now - begin) / static_cast<double>(end - begin),
                          delivered_);
        }
        return seconds_since(begin);
    }

    // Returns when the next is due.
    std::int64_t send_what_is_due(FlowState& flow, std::int64_t now) {
        for (; flow.due_ns() <= now; ++flow.sent) {
            publish(flow.next, flow.due_ns());
            if (++flow.next == flow.first + flow.plan->publishers.size()) flow.next = flow.first;
        }
        return flow.due_ns();
    }

    // A batch at a time, as a busy client would.
    static bool has_half_a_window(const Sender& sender, const Flow& flow) {
        return sender.sent - sender.arrived / flow.takers <= static_cast<std::uint64_t>(flow.window) / 2;
    }

    void fill_windows(std::int64_t now) {
        for (const std::size_t index : due_) {
            Sender& sender = senders_[index];
            const Flow& flow = *flows_[sender.flow].plan;
            sender.is_due = false;
            while (sender.sent - sender.arrived / flow.takers < static_cast<std::uint64_t>(flow.window)) {
                publish(index, now);
            }
        }
        due_.clear();
    }

    void publish(std::size_t index, std::int64_t due_ns) {
        Sender& sender = senders_[index];
        const auto publisher = static_cast<std::uint32_t>(index);
        std::memcpy(payload_.data(), &due_ns, sizeof(due_ns));
        std::memcpy(payload_.data() + sizeof(due_ns), &publisher, sizeof(publisher));
        const Flow& flow = *flows_[sender.flow].plan;
        mqtt::Publish message;
        message.qos = static_cast<mqtt::QoS>(flow.qos);
        message.topic = sender.plan->topics[sender.topic];
        message.payload = as_bytes(payload_);
        crowd_.publish(sender.plan->client, message);
        if (++sender.topic == sender.plan->topics.size()) sender.topic = 0;
        ++sender.sent;
        ++published_;
        owed_ += flow.takers;
    }

    // Deliveries that never came; negative when there were too many.
    std::int64_t drain() {
        Progress progress;
        std::uint64_t seen = arrived_;
        for (std::int64_t since = now_ns(); arrived_ < owed_ && now_ns() - since < kDrainPatienceNs;) {
            crowd_.turn(now_ns() + kTickNs);
            if (arrived_ != seen) since = now_ns();
            seen = arrived_;
            progress.show("waiting for the last", 1, owed_ - arrived_);
        }
        return static_cast<std::int64_t>(owed_) - static_cast<std::int64_t>(arrived_);
    }

    const Plan& plan_;
    const RunOptions& options_;
    Crowd crowd_;
    std::string payload_;
    std::vector<FlowState> flows_;
    std::vector<Sender> senders_;   // of all flows, one after the other
    std::vector<std::size_t> due_;  // senders whose window is half empty
    bool measuring_ = false;
    std::uint64_t published_ = 0;  // in this pass
    std::uint64_t delivered_ = 0;
    std::uint64_t owed_ = 0;  // since the beginning
    std::uint64_t arrived_ = 0;
    Histogram latencies_;
};

}  // namespace

Figures run_traffic(const Plan& plan, const RunOptions& options) {
    return Traffic(plan, options).run();
}

}  // namespace dray::bench
