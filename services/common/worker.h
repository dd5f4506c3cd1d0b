// The service's one thread: a queue of tasks, timers, and group commit. See service.h for the picture.
//
// A database that goes away (a server's) is waited for: what was under way is done again when it is back, and
// nothing counts as failed.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "services/common/database.h"
#include "services/common/otlp_exporter.h"
#include "services/common/outbox.h"
#include "services/common/service.h"
#include "services/common/spans.h"

namespace dray::service {

class Worker {
  public:
    struct Task {
        Service::Work work;
        Service::Done done = {};
        int attempts_max = 1;  // alone, after its batch has failed
    };

    Worker(std::string name, Database& database, Outbox& outbox);
    ~Worker() { stop(); }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    void every(std::chrono::milliseconds interval, Service::Work work);  // before start
    void export_spans_to(OtlpExporter& exporter);                        // before start
    void start();
    void stop();  // finishes what is queued

    // Any thread.
    void post(Task task);
    void post_stream(std::function<void()> action);
    void outbox_changed();  // acknowledgements came
    void reconnected();     // everything that was not acknowledged must go out again

  private:
    using Clock = std::chrono::steady_clock;
    struct Timer {
        std::chrono::milliseconds interval;
        Service::Work work;
        Clock::time_point due;
    };
    struct Item {
        Task task;
        std::function<void()> action;  // set: a stream item, outside transactions
    };

    void loop();
    std::vector<Item> wait_for_items();
    void add_due_timers(std::vector<Task>& batch);
    void run_batch(std::vector<Task>& batch, std::size_t begin, std::size_t end);
    void run_alone(Task& task);
    void execute(std::vector<Task>& tasks, std::size_t begin, std::size_t end);
    void transact(std::vector<Task>& tasks, std::size_t begin, std::size_t end);
    void pump();
    bool reach_database();
    Clock::time_point next_wake() const;

    std::string name_;
    Database& database_;
    Outbox& outbox_;
    std::vector<Timer> timers_;
    OtlpExporter* exporter_ = nullptr;  // none: spans_ is empty, too
    std::unique_ptr<SpanBook> spans_;

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Item> queue_;
    std::uint64_t stream_dropped_ = 0;
    bool acknowledgements_ = false;
    bool reconnected_ = false;
    bool stop_asked_ = false;
    std::thread thread_;
};

}  // namespace dray::service
