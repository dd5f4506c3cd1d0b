#include "services/common/worker.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>

namespace dray::service {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kBatchMax = 256;
constexpr std::size_t kStreamQueueMax = 20'000;
constexpr milliseconds kSettleEvery{200};
constexpr milliseconds kReachAfterMin{250};
constexpr milliseconds kReachAfterMax{1000};

}  // namespace

Worker::Worker(std::string name, Database& database, Outbox& outbox)
    : name_(std::move(name)), database_(database), outbox_(outbox) {
    // Marks acknowledged messages where no other transaction comes along to do it.
    every(kSettleEvery, [](Transaction&) {});
}

void Worker::every(milliseconds interval, Service::Work work) {
    timers_.push_back({interval, std::move(work), Clock::now() + interval});
}

void Worker::export_spans_to(OtlpExporter& exporter) {
    exporter_ = &exporter;
    spans_ = std::make_unique<SpanBook>(name_);
}

void Worker::start() {
    thread_ = std::thread([this] { loop(); });
}

void Worker::stop() {
    {
        const std::lock_guard lock(mutex_);
        stop_asked_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Worker::post(Task task) {
    {
        const std::lock_guard lock(mutex_);
        queue_.push_back({std::move(task), {}});
    }
    wake_.notify_one();
}

void Worker::post_stream(std::function<void()> action) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= kStreamQueueMax) {
            ++stream_dropped_;
            return;
        }
        queue_.push_back({{}, std::move(action)});
    }
    wake_.notify_one();
}

void Worker::outbox_changed() {
    {
        const std::lock_guard lock(mutex_);
        acknowledgements_ = true;
    }
    wake_.notify_one();
}

void Worker::reconnected() {
    {
        const std::lock_guard lock(mutex_);
        reconnected_ = true;
    }
    wake_.notify_one();
}

Worker::Clock::time_point Worker::next_wake() const {
    auto due = Clock::time_point::max();
    for (const auto& timer : timers_) due = std::min(due, timer.due);
    return due;
}

std::vector<Worker::Item> Worker::wait_for_items() {
    std::unique_lock lock(mutex_);
    wake_.wait_until(lock, next_wake(),
                     [this] { return stop_asked_ || acknowledgements_ || reconnected_ || !queue_.empty(); });
    if (reconnected_) outbox_.restart();
    acknowledgements_ = reconnected_ = false;
    if (stream_dropped_ > 0) {
        spdlog::warn("fell behind: {} stream messages dropped", stream_dropped_);
        stream_dropped_ = 0;
    }
    const auto count = std::min(queue_.size(), kBatchMax);
    const auto end = std::next(queue_.begin(), static_cast<std::ptrdiff_t>(count));
    std::vector<Item> items(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
    queue_.erase(queue_.begin(), end);
    return items;
}

void Worker::loop() {
    for (;;) {
        auto items = wait_for_items();
        if (items.empty()) {
            const std::lock_guard lock(mutex_);
            if (stop_asked_) break;
        }
        std::vector<Task> batch;
        for (auto& item : items) {
            if (item.action) {
                item.action();
            } else {
                batch.push_back(std::move(item.task));
            }
        }
        add_due_timers(batch);
        if (!batch.empty()) run_batch(batch, 0, batch.size());
        pump();
    }
    std::vector<Task> last{{.work = [](Transaction&) {}}};
    run_batch(last, 0, last.size());
}

void Worker::add_due_timers(std::vector<Task>& batch) {
    const auto now = Clock::now();
    for (auto& timer : timers_) {
        if (timer.due > now) continue;
        batch.push_back({.work = timer.work});
        timer.due = now + timer.interval;
    }
}

void Worker::execute(std::vector<Task>& tasks, std::size_t begin, std::size_t end) {
    for (;;) {
        try {
            transact(tasks, begin, end);
            break;
        } catch (...) {
            if (database_.is_reachable() || !reach_database()) throw;
        }
    }
    for (auto i = begin; i < end; ++i) {
        if (tasks[i].done) tasks[i].done(nullptr);
    }
}

void Worker::pump() {
    try {
        outbox_.pump();
    } catch (const std::exception& error) {
        if (database_.is_reachable()) throw;
        spdlog::warn("outbox: {}", error.what());  // the next transaction waits for the database
    }
}

// False when the service is to stop before the database is back.
bool Worker::reach_database() {
    spdlog::warn("the database has gone away: waiting for it");
    for (milliseconds wait = kReachAfterMin;; wait = std::min(2 * wait, kReachAfterMax)) {
        try {
            database_.reconnect();
            outbox_.restart();  // what was marked as sent may not be
            spdlog::info("the database is back");
            return true;
        } catch (const std::exception& error) {
            spdlog::debug("database: {}", error.what());
        }
        std::unique_lock lock(mutex_);
        if (wake_.wait_for(lock, wait, [this] { return stop_asked_; })) return false;
    }
}

void Worker::transact(std::vector<Task>& tasks, std::size_t begin, std::size_t end) {
    database_.begin();
    try {
        outbox_.settle();
        for (auto i = begin; i < end; ++i) {
            Transaction transaction(database_.sql(), outbox_, name_, spans_.get());
            tasks[i].work(transaction);
        }
        database_.commit();
        outbox_.committed();
        if (spans_) exporter_->offer(spans_->committed());
    } catch (...) {
        database_.rollback();
        outbox_.rolled_back();
        if (spans_) spans_->rolled_back();
        throw;
    }
}

// Where one of them fails, so do all; then each half is tried, until it stands alone and the others are done.
void Worker::run_batch(std::vector<Task>& batch, std::size_t begin, std::size_t end) {
    try {
        execute(batch, begin, end);
    } catch (const std::exception& error) {
        if (end - begin == 1) return run_alone(batch[begin]);
        spdlog::debug("batch of {} failed ({}): by halves", end - begin, error.what());
        const auto middle = begin + (end - begin) / 2;
        run_batch(batch, begin, middle);
        run_batch(batch, middle, end);
    }
}

void Worker::run_alone(Task& task) {
    std::vector<Task> one{task};
    for (int attempt = 1;; ++attempt) {
        try {
            return execute(one, 0, 1);
        } catch (const std::exception& error) {
            if (attempt < task.attempts_max) continue;
            if (task.done) return task.done(std::current_exception());
            return spdlog::error("a timer's work failed: {}", error.what());
        }
    }
}

}  // namespace dray::service
