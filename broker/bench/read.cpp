#include "bench/read.h"

#include <unistd.h>

#include <cstdio>

#include "bench/failure.h"
#include "bench/join_all.h"
#include "bench/patience.h"
#include "bench/progress.h"
#include "bench/report.h"

namespace dray::bench {
namespace {

class Read : public CrowdListener {
  public:
    Read(const ReadOptions& read, const RunOptions& options)
        : read_(read), options_(options), crowd_(options.crowd, *this) {}

    Figures run() {
        subscribe();
        wait_for_first();
        std::fputs("the first message has come\n", stderr);
        const std::int64_t begin = now_ns();
        Progress progress;
        while (seconds_since(begin) < options_.seconds) {
            if (read_.again_after > 0 && messages_here_ >= read_.again_after) {
                crowd_.leave(crowd_.size() - 1);
                subscribe();
            }
            crowd_.turn(now_ns() + kSecond / 20);
            progress.show("messages came", seconds_since(begin) / options_.seconds, messages_);
        }
        return {{"workload", "read"},
                {"broker", options_.crowd.broker.url},
                {"filter", read_.filter},
                {"messages", messages_},
                {"messages_per_s", std::round(static_cast<double>(messages_) / seconds_since(begin))}};
    }

    void on_message(std::size_t, ByteView, std::int64_t) override {
        ++messages_;
        ++messages_here_;
    }

  private:
    void subscribe() {
        messages_here_ = 0;
        crowd_.add({.id = "bench-reader-" + std::to_string(::getpid()) + "-" + std::to_string(crowd_.size()),
                    .filters = {read_.filter},
                    .qos = options_.mqtt_qos()});
        join_all(crowd_);
    }

    void wait_for_first() {
        for (const std::int64_t begin = now_ns(); messages_ == 0;) {
            crowd_.turn(now_ns() + kSecond / 20);
            if (now_ns() - begin > kPatienceNs) throw Failure("nothing comes by the filter " + read_.filter);
        }
    }

    const ReadOptions& read_;
    const RunOptions& options_;
    Crowd crowd_;
    std::uint64_t messages_ = 0;
    std::uint64_t messages_here_ = 0;
};

}  // namespace

Figures run_read(const ReadOptions& read, const RunOptions& options) {
    return Read(read, options).run();
}

}  // namespace dray::bench
