#include "services/common/service.h"

#include <soci/soci.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>

#include "services/common/database.h"
#include "services/common/outbox.h"
#include "services/common/worker.h"

namespace dray::service {
namespace {

// Longer than any message can wait in a session.
constexpr std::chrono::milliseconds kMemory = std::chrono::hours(24 * 7);

const char* const kDeadLetterSchema = R"(
    CREATE TABLE dead_letters (
        id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,
        payload_hex TEXT NOT NULL,
        error TEXT NOT NULL,
        at_ms BIGINT NOT NULL
    );
)";

std::filesystem::path database_file(const Service::Options& options) {
    const auto& folder = options.settings.text("data_dir");
    if (folder.empty()) return {};
    return std::filesystem::path(folder) / (options.name.substr(options.name.find('-') + 1) + ".db");
}

std::vector<std::string> with_common_tables(std::vector<std::string> migrations) {
    if (migrations.empty()) migrations.emplace_back();
    migrations.front() = std::string(kOutboxSchema) + kDeadLetterSchema + migrations.front();
    return migrations;
}

// Before any thread starts, so that only run() ever sees them.
sigset_t block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}

void open_log(const std::string& name, const std::string& level) {
    auto log = spdlog::get(name);
    if (!log) log = spdlog::stderr_color_mt(name);
    log->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %^%l%$ %n: %v");
    log->set_level(spdlog::level::from_str(level));
    spdlog::set_default_logger(log);
}

}  // namespace

bool Transaction::first_time(const EventHeader& header) {
    if (Inbox(sql_).first_time(header)) return true;
    outbox_.repeat_answers_to(header.event_id());
    return false;
}

void Transaction::repeat(const std::string& event_id) {
    outbox_.repeat(event_id);
}

void Transaction::add(const EventHeader& header, const std::string& topic, const std::string& payload,
                      const Delivery& delivery) {
    outbox_.add(header, topic, payload, delivery);
}

struct Service::Impl {
    explicit Impl(Options o)
        : options(std::move(o)),
          stop_signals(block_stop_signals()),
          database(database_file(options), with_common_tables(options.migrations)),
          bus(bus_options(), callbacks()),
          outbox(database.sql(), bus),
          worker(options.name, database, outbox) {
        worker.every(std::chrono::seconds(1), [this](Transaction&) {
            if (refused.exchange(false)) worker.reconnected();
        });
        worker.every(std::chrono::hours(1), [this](Transaction& tx) {
            Inbox(tx.sql()).forget_before(now_ms() - kMemory.count());
            outbox.forget_before(now_ms() - kMemory.count());
        });
    }

    Bus::Options bus_options() const {
        const auto& id = options.settings.text("client_id");
        const auto client_id = id.empty() ? options.name : id;
        // Without a database on disk there is nothing that old events could be about.
        return {.broker = options.settings.text("broker"),
                .client_id = client_id,
                .persistent_session = database.on_disk(),
                .health_topic = "service/" + client_id + "/health"};
    }

    void dispatch(const Message& message) {
        for (const auto& [filter, handler] : streams) {
            if (topic_matches(filter, message.topic)) {
                worker.post_stream([&handler = handler, message] { handler(message); });
            }
        }
        for (const auto& [filter, handler] : handlers) {
            if (!topic_matches(filter, message.topic)) continue;
            worker.post({.work = [&handler = handler, message](Transaction& tx) { handler(tx, message); },
                         .done = {},
                         .message = message});
        }
    }

    Bus::Callbacks callbacks() {
        return {.on_message = [this](const Message& message) { dispatch(message); },
                .on_ready =
                    [this] {
                        worker.reconnected();
                        for (const auto& work : connect_work) worker.post({.work = work});
                        if (announces && !announced.exchange(true)) announce();
                    },
                .on_lost = [] {},
                .on_acknowledged =
                    [this](std::uint64_t ticket) {
                        outbox.acknowledged(ticket);
                        worker.outbox_changed();
                    },
                .on_refused = [this] { refused = true; }};
    }

    void announce() const {
        std::printf("ready name=%s\n", options.name.c_str());
        std::fflush(stdout);
    }

    Options options;
    sigset_t stop_signals;
    Database database;
    std::vector<std::pair<std::string, Handler>> handlers;
    std::vector<std::pair<std::string, std::function<void(const Message&)>>> streams;
    std::vector<Work> connect_work;
    bool announces = false;
    std::atomic<bool> announced = false;
    std::atomic<bool> refused = false;
    Bus bus;
    Outbox outbox;
    Worker worker;
};

Service::Service(Options options) {
    open_log(options.name, options.settings.text("log_level"));
    impl_ = std::make_unique<Impl>(std::move(options));
    if (!impl_->database.on_disk()) spdlog::warn("no data_dir: nothing is kept on disk");
}

Service::~Service() = default;

const Settings& Service::settings() const {
    return impl_->options.settings;
}

const std::string& Service::name() const {
    return impl_->options.name;
}

void Service::subscribe(const std::string& filter, Handler handler) {
    impl_->bus.subscribe({filter, 1});
    impl_->handlers.emplace_back(filter, std::move(handler));
}

void Service::on_stream(const std::string& filter, int qos, std::function<void(const Message&)> handler) {
    impl_->bus.subscribe({filter, qos});
    impl_->streams.emplace_back(filter, std::move(handler));
}

void Service::every(std::chrono::milliseconds interval, Work work) {
    impl_->worker.every(interval, std::move(work));
}

void Service::on_connect(Work work) {
    impl_->connect_work.push_back(std::move(work));
}

void Service::post(Work work, Done done) {
    impl_->worker.post({std::move(work), std::move(done), {}});
}

void Service::publish_now(const Message& message) {
    impl_->bus.publish(message);
}

bool Service::connected() const {
    return impl_->bus.connected();
}

void Service::report_unreadable(const Message& message, const std::string& type) {
    spdlog::warn("{}: {} bytes that are no {} with an event id: ignored", message.topic,
                 message.payload.size(), type);
}

int Service::run() {
    impl_->announces = true;
    start();
    return wait_and_stop();
}

void Service::start() {
    impl_->worker.start();
    impl_->bus.start();
}

int Service::wait_and_stop() {
    int signal = 0;
    sigwait(&impl_->stop_signals, &signal);
    spdlog::info("stopping ({})", signal == SIGINT ? "SIGINT" : "SIGTERM");
    // In this order: what has been acknowledged is handled before we go; what that publishes waits in the
    // outbox.
    impl_->bus.stop();
    impl_->worker.stop();
    return 0;
}

int service_main(const std::string& name, const std::function<int()>& body) {
    try {
        return body();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
        return 1;
    }
}

}  // namespace dray::service
