#include "sink/sink.h"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>
#include <utility>

namespace dray::sink {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kWatched = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::size_t kReadBytes = 64 * 1024;
// What has been up for less may have been lost for a reason that is still there.
constexpr auto kSteadyAfter = 5s;
constexpr bridge::Backoff::Bounds kLocalRetry{.least = 500ms, .most = 30s};
// What is under way at the end is given so long to be confirmed, so that it does not come twice.
constexpr auto kLeaveWait = 1500ms;
// Then what it waits for is cut off.
constexpr auto kInterruptAfter = 3s;

ReaderOptions reader_options(const SinkOptions& options, const Home& home) {
    return {.sink = options.name,
            .client_id = local_client_id(options),
            .filter = local_filter(options),
            .dead_letter_prefix = dead_letter_prefix(options),
            .unacknowledged_max = options.unacknowledged_max,
            .packet_bytes_max = home.packet_bytes_max};
}

bridge::Backoff::Bounds retry_bounds(const SinkOptions& options) {
    return {.least = std::chrono::milliseconds(options.retry_ms_min),
            .most = std::chrono::milliseconds(options.retry_ms_max)};
}

}  // namespace

Sink::Sink(SinkOptions options, Home home)
    : options_(std::move(options)),
      home_(std::move(home)),
      reader_(reader_options(options_, home_), *this),
      local_backoff_(kLocalRetry, std::random_device()()),
      backoff_(retry_bounds(options_), std::random_device()()),
      refused_backoff_(retry_bounds(options_), std::random_device()()) {
    figures_.name = options_.name;
    figures_.kind = options_.kind == Kind::kKafka ? "kafka" : "amqp";
    figures_.destination = destination(options_);
    figures_.stream = options_.stream;
    figures_.client_id = local_client_id(options_);
    figures_.set_why("it has not been up yet");
}

void Sink::start() {
    thread_.start("drayd/sink", [this] { run(); });
}

bool Sink::wait(std::chrono::steady_clock::time_point deadline) {
    const auto patience = std::chrono::steady_clock::now() + kInterruptAfter;
    if (thread_.wait(std::min(deadline, patience))) return true;
    {
        const std::lock_guard lock(target_mutex_);
        if (target_) target_->interrupt();
    }
    return thread_.wait(deadline);
}

void Sink::run() {
    while (!thread_.is_stopping()) {
        turn();
        if (!thread_.is_stopping()) await_news();
    }
    take_leave();
}

// One round of what can be done without waiting; but connecting waits.
void Sink::turn() {
    made_progress_ = false;
    serve_local();
    serve_target();
    show();
}

void Sink::await_news() {
    Instant deadline = kNever;
    if (!local_.connection) deadline = std::min(deadline, local_retry_at_);
    if (!target_ && reader_.is_up()) deadline = std::min(deadline, retry_at_);
    if (target_) deadline = std::min(deadline, target_->next_deadline());
    if (target_ && is_waiting_to_try()) deadline = std::min(deadline, try_again_at_);
    thread_.await_news(deadline, made_progress_);
}

// --- this broker ---

void Sink::serve_local() {
    if (!local_.connection && thread_.now() < local_retry_at_) return;
    std::string why = local_.connection ? "" : open_local();
    if (why.empty()) why = move_local_bytes();
    if (why.empty()) why = reader_.fault();
    if (!why.empty()) hang_up_local(why);
}

std::string Sink::open_local() {
    auto opened = net::Outgoing::open(home_.address, nullptr, "");
    if (!opened) return opened.error().what;
    local_.connection = std::move(*opened);
    local_.may_read = local_.may_write = true;
    if (const auto error = thread_.poller().add(local_.connection->number(), local_, kWatched))
        return error.message();
    return {};
}

std::string Sink::move_local_bytes() {
    using Status = net::Outgoing::Status;
    if (!local_.is_established) {
        const Status status = local_.connection->establish();
        if (status == Status::kBlocked) return {};
        if (status != Status::kDone) return local_.connection->why();
        local_.is_established = local_.may_read = local_.may_write = true;
        reader_.opened();
    }
    std::array<std::uint8_t, kReadBytes> buffer;
    if (local_.may_read && reader_.listens()) {
        const net::Outgoing::Transfer got = local_.connection->read(buffer);
        if (got.bytes > 0) reader_.receive({buffer.data(), got.bytes});
        made_progress_ = made_progress_ || got.bytes > 0;
        if (got.status == Status::kBlocked) local_.may_read = false;
        if (!reader_.fault().empty()) return {};
        if (got.status == Status::kEnded || got.status == Status::kFailed) return local_.connection->why();
    }
    if (!local_.may_write || reader_.output().empty()) return {};
    const net::Outgoing::Transfer put = local_.connection->write(as_bytes(reader_.output()));
    reader_.sent(put.bytes);
    made_progress_ = made_progress_ || put.bytes > 0;
    if (put.status == Status::kBlocked) local_.may_write = false;
    return put.status == Status::kFailed ? local_.connection->why() : "";
}

// What was given over there cannot be acknowledged any more.
void Sink::hang_up_local(const std::string& why) {
    hang_up_target();
    if (local_.connection) thread_.poller().remove(local_.connection->number());
    local_ = Local();
    reader_.closed();
    stopped_at_ = careful_until_ = 0;
    figures_.is_stopped = false;
    local_retry_at_ = thread_.look_at_clock() + local_backoff_.next();
    figures_.set_why(why);
    ++figures_.failures;
    reactor::log_warning("a sink cannot read its stream",
                         {{"sink", options_.name}, {"stream", options_.stream}, {"why", why}});
}

// --- the other side ---

void Sink::serve_target() {
    if (!reader_.is_up()) return;
    local_backoff_.reset();
    if (!target_ && thread_.now() >= retry_at_) connect_target();
    if (!target_) return;
    if (fault_.empty()) target_->serve(thread_.now());
    if (fault_.empty()) give();
    if (fault_.empty()) return;
    const bool was_up = is_up_;
    const std::string why = std::exchange(fault_, "");
    hang_up_target();
    retry_at_ = thread_.look_at_clock() + backoff_.next();
    figures_.set_why(why);
    ++figures_.failures;
    reactor::log_warning(was_up ? "a sink is down" : "a sink cannot connect",
                         {{"sink", options_.name}, {"to", figures_.destination}, {"why", why}});
}

void Sink::connect_target() {
    std::string password;
    try {
        password = home_.password();
    } catch (const std::runtime_error& error) {
        fault_ = error.what();
    }
    auto made = make_target({options_, std::move(password), *this, thread_.bell()});
    {
        const std::lock_guard lock(target_mutex_);
        target_ = std::move(made);
    }
    if (fault_.empty()) fault_ = target_->connect(thread_.stopping());
    thread_.look_at_clock();
    if (fault_.empty() && target_->number() >= 0) {
        if (const auto error = thread_.poller().add(target_->number(), watch_, kWatched))
            fault_ = error.message();
    }
    if (!fault_.empty() || thread_.is_stopping()) return;
    is_up_ = made_progress_ = true;
    up_since_ = thread_.now();
    ++figures_.connects;
    figures_.set_why(stopped_at_ == 0 ? "" : stopped_why_);
    reactor::log_info("a sink is up", {{"sink", options_.name}, {"to", figures_.destination}});
}

void Sink::hang_up_target() {
    if (!target_) return;
    if (is_up_ && thread_.now() - up_since_ >= kSteadyAfter) backoff_.reset();
    if (is_up_ && target_->number() >= 0) thread_.poller().remove(target_->number());
    is_up_ = false;
    fault_.clear();
    reader_.take_back();
    const std::lock_guard lock(target_mutex_);
    target_.reset();
}

bool Sink::is_waiting_to_try() const {
    return stopped_at_ != 0 && thread_.now() < try_again_at_;
}

bool Sink::may_give() const {
    if (is_waiting_to_try()) return false;
    return reader_.given() == 0 || reader_.oldest_given() > careful_until_;
}

void Sink::give() {
    while (fault_.empty()) {
        const auto record = reader_.next();
        if (!record || !may_give() || !target_->has_room()) return;
        made_progress_ = true;
        if (reader_.give_next()) ++figures_.repeated;
        target_->give(*record, thread_.now());
    }
}

void Sink::on_taken(Ticket ticket) {
    made_progress_ = true;
    ++figures_.messages;
    reader_.acknowledge(ticket);
    go_on_behind(ticket);
}

void Sink::go_on_behind(Ticket ticket) {
    if (ticket != stopped_at_) return;
    stopped_at_ = 0;
    figures_.set_why("");
    refused_backoff_.reset();
    reactor::log_info("a sink goes on: the message for which it stood still is done with",
                      {{"sink", options_.name}, {"to", figures_.destination}});
}

void Sink::on_refused(Ticket ticket, std::string_view why) {
    made_progress_ = true;
    ++figures_.refused;
    if (options_.on_refused == OnRefused::kStop) return stand_still(ticket, why);
    if (const auto record = reader_.find(ticket); record && message_lines_.take(thread_.now()))
        reactor::log_warning("a message of a sink was refused",
                             {{"sink", options_.name},
                              {"by", figures_.destination},
                              {"topic", record->topic},
                              {"offset", record->offset},
                              {"why", why},
                              {"becomes", "a dead letter in queue " + dead_letter_queue(options_)},
                              {"left_out", message_lines_.take_suppressed()}});
    reader_.bury(ticket, why);
}

// What was given behind it may still be confirmed; nothing more is given before it has been tried again.
void Sink::stand_still(Ticket ticket, std::string_view why) {
    const auto record = reader_.find(ticket);
    reader_.give_back(ticket);
    if (!record || (stopped_at_ != 0 && ticket > stopped_at_)) return;
    if (!is_waiting_to_try()) try_again_at_ = thread_.now() + refused_backoff_.next();
    stopped_at_ = ticket;
    careful_until_ = std::max(careful_until_, ticket);
    stopped_why_ = "a message was refused: " + std::string(why) + " (topic " + std::string(record->topic) +
                   ", offset " + std::to_string(record->offset) + ')';
    figures_.set_why(stopped_why_);
    reactor::log_warning("a sink stands still, and tries again",
                         {{"sink", options_.name}, {"to", figures_.destination}, {"why", stopped_why_}});
}

void Sink::on_buried(Ticket ticket) {
    made_progress_ = true;
    ++figures_.dead_lettered;
    go_on_behind(ticket);
}

void Sink::on_not_buried(Ticket ticket, std::string_view why) {
    stand_still(ticket, "and no dead letter could be made of it: " + std::string(why));
}

void Sink::on_lost(std::string why, bool blames_a_message) {
    if (blames_a_message && reader_.given() == 1) {
        on_refused(reader_.oldest_given(), why);
    } else if (blames_a_message && reader_.given() > 1) {
        careful_until_ = std::max(careful_until_, reader_.newest_given());
    }
    if (fault_.empty()) fault_ = std::move(why);
}

// --- the end ---

void Sink::take_leave() {
    const Instant end = thread_.look_at_clock() + kLeaveWait;
    while (is_up_ && fault_.empty() && reader_.given() > 0 && thread_.now() < end) {
        target_->serve(thread_.now());
        thread_.await_news(std::min(end, target_->next_deadline()), false);
    }
    hang_up_target();
    if (!local_.connection) return;
    reader_.say_goodbye();
    move_local_bytes();
    local_.connection->say_close();
    figures_.is_up = false;
}

void Sink::show() {
    figures_.is_up = is_up_;
    figures_.is_stopped = stopped_at_ != 0;
    figures_.unacknowledged = reader_.held();
    // With a filter, what comes next may be far away.
    const bool is_known = reader_.held() > 0 || options_.filter.empty();
    figures_.position = is_known ? reader_.position() : 0;
}

}  // namespace dray::sink
