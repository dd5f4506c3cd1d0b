#include "load.h"

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "connection.h"

namespace dray::bench {
namespace {

constexpr int kConnack = 2;
constexpr int kPublish = 3;
constexpr int kSuback = 9;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kSetUpMax = 60 * kSecond;
constexpr std::size_t kStampBytes = 12;  // time, index of the publisher
constexpr std::size_t kLatenciesMax = 2'000'000;

std::int64_t now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * kSecond + time.tv_nsec;
}

struct Peer {
    std::unique_ptr<Connection> connection;
    std::string topic;
    bool publishes = false;
    bool ready = false;
    bool writing = false;  // epoll waits for room
    std::uint64_t sent = 0;
    std::uint64_t arrived = 0;  // deliveries of what it sent
};

class Load {
  public:
    Load(const Options& options, Observer& observer)
        : options_(options), observer_(observer), payload_(payload_size(options), 'x') {}
    ~Load() { ::close(epoll_); }

    Outcome run() {
        ::prctl(PR_SET_TIMERSLACK, 1);
        set_up();
        begin_ = now();
        while (outcome_.problem.empty() && phase_ != Phase::kDone) turn();
        auto& latencies = outcome_.measured.latencies_us;
        std::sort(latencies.begin(), latencies.end());
        return std::move(outcome_);
    }

  private:
    enum class Phase { kSetUp, kWarmUp, kMeasure, kDone };

    static std::size_t payload_size(const Options& options) {
        return std::max(kStampBytes, static_cast<std::size_t>(options.payload_bytes));
    }

    // Publishers stand first: their index is in the payload.
    void set_up() {
        const int publishers = options_.shape == Shape::kFanOut ? 1 : options_.clients;
        const int subscribers = options_.shape == Shape::kFanIn ? 1 : options_.clients;
        takers_ = options_.shape == Shape::kFanOut ? static_cast<std::uint64_t>(subscribers) : 1;
        for (int i = 0; i < publishers; ++i) add(true, topic(i), topic(i));
        for (int i = 0; i < subscribers; ++i) {
            add(false, topic(i),
                options_.shape == Shape::kPairs    ? topic(i)
                : options_.shape == Shape::kFanOut ? topic(0)
                                                   : options_.topics + "/+");
        }
    }
    std::string topic(int i) const { return options_.topics + '/' + std::to_string(i); }

    void add(bool publishes, const std::string& topic, const std::string& filter) {
        const std::size_t index = peers_.size();
        Peer& peer = peers_.emplace_back();
        peer.connection = std::make_unique<Connection>(options_.port);
        peer.publishes = publishes;
        peer.topic = topic;
        peer.connection->connect("load-" + std::to_string(::getpid()) + "-" + std::to_string(index));
        if (!publishes) peer.connection->subscribe(filter, options_.qos);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = index;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.connection->fd(), &event);
        flush(index);
    }

    void flush(std::size_t index) {
        Peer& peer = peers_[index];
        if (!peer.connection->flush()) outcome_.problem = "the broker closed a connection";
        if (peer.connection->wants_to_write() == peer.writing) return;
        peer.writing = !peer.writing;
        epoll_event event{};
        event.events = peer.writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
        event.data.u64 = index;
        ::epoll_ctl(epoll_, EPOLL_CTL_MOD, peer.connection->fd(), &event);
    }

    // Until the next message is due, to the microsecond: a sender that is late would be measured as well.
    timespec time_to_wait() const {
        std::int64_t wait = kSecond / 10;
        if (options_.rate_hz > 0 && (phase_ == Phase::kWarmUp || phase_ == Phase::kMeasure)) {
            wait = std::clamp<std::int64_t>(due_at(due_sent_) - now(), 0, wait);
        }
        return {wait / kSecond, wait % kSecond};
    }
    // When the message of that number is due, counted from the beginning of the phase.
    std::int64_t due_at(std::uint64_t number) const {
        const double after_s = static_cast<double>(number + 1) / options_.rate_hz;
        return due_from_ + static_cast<std::int64_t>(after_s * kSecond);
    }

    void turn() {
        epoll_event events[256];
        const timespec wait = time_to_wait();
        const int count = ::epoll_pwait2(epoll_, events, 256, &wait, nullptr);
        for (int i = 0; i < count; ++i) {
            const std::size_t index = events[i].data.u64;
            const bool open = peers_[index].connection->read(
                [&](int type, int flags, std::string_view body) { on_packet(index, type, flags, body); });
            if (!open) outcome_.problem = "the broker closed a connection";
            flush(index);
        }
        advance();
        if (phase_ == Phase::kWarmUp || phase_ == Phase::kMeasure) publish_what_is_due();
    }

    void on_packet(std::size_t index, int type, int flags, std::string_view body) {
        Peer& peer = peers_[index];
        if (type == kConnack && body.size() == 2 && body[1] != 0)
            outcome_.problem = "the broker refused a client";
        if (type == (peer.publishes ? kConnack : kSuback) && !peer.ready) {
            peer.ready = true;
            ++ready_;
        }
        if (type == kPublish) on_delivery(peer, flags, body);
    }

    void on_delivery(Peer& peer, int flags, std::string_view body) {
        const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(body[i]); };
        std::size_t at = 2U + (static_cast<std::size_t>(byte(0)) << 8) + byte(1);
        if (((flags >> 1) & 3) != 0) {
            peer.connection->acknowledge(static_cast<std::uint16_t>((byte(at) << 8) | byte(at + 1)));
            at += 2;
        }
        if (body.size() < at + kStampBytes) return;
        std::int64_t sent = 0;
        std::uint32_t publisher = 0;
        std::memcpy(&sent, &body[at], sizeof(sent));
        std::memcpy(&publisher, &body[at + sizeof(sent)], sizeof(publisher));
        if (publisher < peers_.size()) ++peers_[publisher].arrived;
        if (phase_ != Phase::kMeasure) return;
        ++outcome_.measured.delivered;
        auto& latencies = outcome_.measured.latencies_us;
        if (latencies.size() < kLatenciesMax)
            latencies.push_back(static_cast<std::uint32_t>((now() - sent) / 1000));
    }

    void advance() {
        const std::int64_t time = now();
        const auto elapsed = static_cast<double>(time - begin_) / kSecond;
        if (phase_ == Phase::kSetUp && ready_ == peers_.size()) {
            enter(Phase::kWarmUp, time);
        } else if (phase_ == Phase::kSetUp && time - begin_ > kSetUpMax) {
            outcome_.problem = "not every client was connected and subscribed in time";
        } else if (phase_ == Phase::kWarmUp && elapsed >= options_.warm_up_s) {
            observer_.begins();
            enter(Phase::kMeasure, time);
        } else if (phase_ == Phase::kMeasure && elapsed >= options_.measure_s) {
            observer_.ends();
            outcome_.measured.seconds = elapsed;
            enter(Phase::kDone, time);
        }
    }

    void enter(Phase phase, std::int64_t time) {
        phase_ = phase;
        begin_ = time;
        due_from_ = time;
        due_sent_ = 0;
    }

    void publish_what_is_due() {
        if (options_.rate_hz > 0) {
            for (const std::int64_t time = now(); due_at(due_sent_) <= time; ++due_sent_) {
                publish(next_publisher(), due_at(due_sent_));
            }
            for (std::size_t i = 0; i < peers_.size() && peers_[i].publishes; ++i) flush(i);
            return;
        }
        const auto window = static_cast<std::uint64_t>(options_.window);
        for (std::size_t i = 0; i < peers_.size() && peers_[i].publishes; ++i) {
            // Refill when half has arrived: a batch at a time, as a busy client would.
            if (peers_[i].sent - peers_[i].arrived / takers_ > window / 2) continue;
            while (peers_[i].sent - peers_[i].arrived / takers_ < window) publish(i, now());
            flush(i);
        }
    }

    std::size_t next_publisher() {
        const std::size_t publisher = turn_++;
        if (turn_ >= peers_.size() || !peers_[turn_].publishes) turn_ = 0;
        return publisher;
    }

    void publish(std::size_t index, std::int64_t time) {
        const auto publisher = static_cast<std::uint32_t>(index);
        std::memcpy(payload_.data(), &time, sizeof(time));
        std::memcpy(payload_.data() + sizeof(time), &publisher, sizeof(publisher));
        peers_[index].connection->publish(peers_[index].topic, options_.qos, payload_);
        ++peers_[index].sent;
        if (phase_ == Phase::kMeasure) ++outcome_.measured.published;
    }

    const Options options_;
    Observer& observer_;
    const int epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    std::vector<Peer> peers_;
    std::string payload_;
    std::size_t ready_ = 0;
    std::size_t turn_ = 0;
    std::uint64_t takers_ = 1;  // deliveries of one message
    Phase phase_ = Phase::kSetUp;
    std::int64_t begin_ = 0;
    std::int64_t due_from_ = 0;
    std::uint64_t due_sent_ = 0;
    Outcome outcome_;
};

}  // namespace

Outcome run_load(const Options& options, Observer& observer) {
    return Load(options, observer).run();
}

}  // namespace dray::bench
