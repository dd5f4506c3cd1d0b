#include "services/common/service.h"

#include <soci/soci.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "services/common/bus.h"
#include "services/common/consumer.h"
#include "services/common/database.h"
#include "services/common/dead_letters.h"
#include "services/common/http_server.h"
#include "services/common/intake.h"
#include "services/common/metrics.h"
#include "services/common/otlp_exporter.h"
#include "services/common/outbox.h"
#include "services/common/worker.h"

namespace dray::service {
namespace {

// Longer than any message can wait in a session.
constexpr std::chrono::milliseconds kMemory = std::chrono::hours(24 * 7);

// dray-billing -> billing
std::string short_name(const std::string& name) {
    return name.substr(name.find('-') + 1);
}

DatabasePlace database_place(const Service::Options& options) {
    const auto name = short_name(options.name);
    const auto& server = options.settings.text("database");
    if (!server.empty()) return {.server = server, .schema = name};
    const auto& folder = options.settings.text("data_dir");
    if (folder.empty()) return {};
    return {.file = std::filesystem::path(folder) / (name + ".db")};
}

std::string instance_name(const Service::Options& options) {
    const auto& id = options.settings.text("client_id");
    return id.empty() ? options.name : id;
}

std::vector<Migrations> all_tables(const Service::Options& options) {
    const std::string common = std::string(kOutboxSchema) + kIntakeSchema + kDeadLetterSchema;
    return {{"common", {common}}, {options.name, options.migrations}};
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

struct Service::Impl {
    explicit Impl(Options o)
        : options(std::move(o)),
          instance(instance_name(options)),
          stop_signals(block_stop_signals()),
          database(database_place(options), all_tables(options)),
          intake(options.settings, short_name(options.name)),
          bus(bus_options(), bus_callbacks()),
          outbox(database.sql(), bus, instance),
          worker(options.name, database, outbox),
          consumer(consumer_options(), consumer_callbacks()) {
        if (auto endpoint = otlp_endpoint(options.settings)) {
            spdlog::info("spans go to http://{}:{}{}", endpoint->host, endpoint->port, endpoint->target);
            exporter.emplace(std::move(*endpoint), options.name, instance);
            worker.export_spans_to(*exporter);
        }
        worker.every(std::chrono::seconds(1), [this](Transaction&) {
            if (refused.exchange(false)) worker.reconnected();
            if (bus.connected()) outbox.adopt();
        });
        worker.every(std::chrono::hours(1), [this](Transaction& tx) {
            Inbox(tx.sql()).forget_before(now_ms() - kMemory.count());
            outbox.forget_before(now_ms() - kMemory.count());
        });
    }

    Bus::Options bus_options() const {
        return {.broker = options.settings.text("broker"),
                .client_id = instance,
                .health_topic = "service/" + instance + "/health"};
    }

    Consumer::Options consumer_options() const {
        // Without a database that is kept there is nothing that old events could be about.
        return {.broker = options.settings.text("broker"),
                .client_id = instance + "-consumer",
                .persistent_session = database.is_kept() && intake.needs_session()};
    }

    Bus::Callbacks bus_callbacks() {
        return {.on_message =
                    [this](const Message& message) {
                        for (const auto& [filter, handler] : streams) {
                            if (!topic_matches(filter, message.topic)) continue;
                            worker.post_stream([&handler = handler, message] { handler(message); });
                        }
                    },
                .on_ready =
                    [this] {
                        worker.reconnected();
                        for (const auto& work : connect_work) worker.post({.work = work});
                        bus_ready = true;
                        announce_when_ready();
                    },
                .on_lost = [] {},
                .on_acknowledged =
                    [this](std::uint64_t ticket) {
                        outbox.acknowledged(ticket);
                        worker.outbox_changed();
                    },
                .on_refused = [this] { refused = true; }};
    }

    Consumer::Callbacks consumer_callbacks() {
        return {.on_message = [this](const Message& message,
                                     Consumer::Receipt receipt) { take(message, receipt); },
                .on_up =
                    [this] {
                        consumer_ready = true;
                        announce_when_ready();
                    },
                .filters = [this] { return intake.filters(); }};
    }

    void take(const Message& message, Consumer::Receipt receipt) {
        auto task = intake.task_for(message);
        // Acknowledgements keep the order of the messages, so even what is not handled goes through the
        // queue.
        if (!task.work) {
            const auto outcome = task.is_known ? Outcome::kUnreadable : Outcome::kDone;
            if (task.is_known) ++figures.unreadable;
            return worker.post({.work = [](Transaction&) {},
                                .done = [=, this](const auto&) { consumer.acknowledge(receipt, outcome); }});
        }
        const auto done = [this, message, receipt,
                           from_queue = task.from_queue](const std::exception_ptr& error) {
            consumer.acknowledge(receipt, error ? failed(message, error, from_queue) : Outcome::kDone);
            if (!error) ++figures.handled;
        };
        worker.post({.work = std::move(task.work),
                     .done = done,
                     .attempts_max = task.from_queue ? 1 : Service::kAttemptsMax});
    }

    Outcome failed(const Message& message, const std::exception_ptr& error, bool from_queue) {
        ++figures.failed;
        const auto reason = text_of(error);
        spdlog::error("{}: {}", message.topic, reason);
        if (!from_queue) bury(database.sql(), message, reason);
        return from_queue ? Outcome::kFailed : Outcome::kDone;
    }

    void announce_when_ready() {
        if (!announces || !bus_ready || !(consumer_ready || intake.empty())) return;
        if (announced.exchange(true)) return;
        std::printf("ready name=%s%s\n", options.name.c_str(), http.c_str());
        std::fflush(stdout);
    }

    void start() {
        if (const auto& address = options.settings.text("metrics"); !address.empty()) {
            metrics.emplace(
                address,
                [this](const auto& request, const auto& respond) { answer_metrics(request, respond); },
                "--metrics");
            metrics->start();
            spdlog::info("metrics at http://{}/metrics", metrics->address());
        }
        if (exporter) exporter->start();
        intake.load_place(database.sql());
        worker.start();
        bus.start();
        if (!intake.empty()) consumer.start();
    }

    void answer_metrics(const HttpRequest& request, const HttpServer::Respond& respond) {
        if (request.path == "/healthz") return respond(health_response(connected()));
        if (request.path != "/metrics") return respond({.status = 404, .body = "{}\n"});
        auto backlog = std::make_shared<Backlog>();
        worker.post({.work = [backlog](Transaction& tx) { *backlog = read_backlog(tx); },
                     .done =
                         [this, backlog, respond](const auto&) {
                             respond(metrics_response(instance, figures, *backlog, connected(),
                                                      exporter ? &exporter->figures() : nullptr));
                         }});
    }

    // In this order: what was taken is handled and acknowledged before we go, what that publishes goes out or
    // waits in the outbox, and what it was is told.
    void stop() {
        consumer.pause();
        worker.stop();
        consumer.stop();
        bus.stop();
        if (exporter) exporter->stop();
        if (metrics) metrics->stop();
    }

    bool connected() const { return bus.connected() && (intake.empty() || consumer.connected()); }

    Options options;
    std::string instance;
    sigset_t stop_signals;
    Database database;
    Intake intake;
    std::vector<std::pair<std::string, std::function<void(const Message&)>>> streams;
    std::vector<Work> connect_work;
    Figures figures;
    bool announces = false;
    std::string http;  // " http=127.0.0.1:8090", if it serves any
    std::atomic<bool> announced = false;
    std::atomic<bool> bus_ready = false;
    std::atomic<bool> consumer_ready = false;
    std::atomic<bool> refused = false;
    Bus bus;
    Outbox outbox;
    std::optional<OtlpExporter> exporter;
    Worker worker;
    Consumer consumer;
    std::optional<HttpServer> metrics;
};

Service::Service(Options options) {
    open_log(options.name, options.settings.text("log_level"));
    impl_ = std::make_unique<Impl>(std::move(options));
    if (!impl_->database.is_kept()) spdlog::warn("neither data_dir nor database: nothing is kept");
}

Service::~Service() {
    impl_->stop();
}

const Settings& Service::settings() const {
    return impl_->options.settings;
}

const std::string& Service::name() const {
    return impl_->options.name;
}

const std::string& Service::instance() const {
    return impl_->instance;
}

void Service::subscribe(bool is_state, const std::string& filter, Handler handler) {
    impl_->intake.add(is_state ? Intake::Source::kState : Intake::Source::kEvents, filter,
                      std::move(handler));
}

void Service::follow(const std::string& stream, const std::vector<std::string>& filters, Reader reader) {
    impl_->intake.follow(stream, filters, std::move(reader));
}

void Service::on_stream(const std::string& filter, int qos, std::function<void(const Message&)> handler) {
    impl_->bus.subscribe({filter, qos});
    impl_->streams.emplace_back(filter, std::move(handler));
}

void Service::on_request(const std::string& filter, std::function<std::string(const Message&)> answer) {
    impl_->bus.subscribe({"$share/" + short_name(name()) + "/" + filter, 1});
    impl_->streams.emplace_back(filter, [this, answer = std::move(answer)](const Message& request) {
        if (request.response_topic.empty()) return;
        publish_now({.topic = request.response_topic,
                     .payload = answer(request),
                     .qos = 0,
                     .correlation_data = request.correlation_data});
    });
}

void Service::every(std::chrono::milliseconds interval, Work work) {
    impl_->worker.every(interval, std::move(work));
}

void Service::on_connect(Work work) {
    impl_->connect_work.push_back(std::move(work));
}

void Service::post(Work work, Done done) {
    impl_->worker.post({std::move(work), std::move(done)});
}

void Service::publish_now(const Message& message) {
    impl_->bus.publish(message);
}

bool Service::connected() const {
    return impl_->connected();
}

void Service::report_unreadable(const Message& message, const std::string& type) {
    spdlog::warn("{}: {} bytes that are no {}", message.topic, message.payload.size(), type);
}

void Service::announce_http(const std::string& address) {
    impl_->http = " http=" + address;
}

int Service::run() {
    impl_->announces = true;
    start();
    return wait_and_stop();
}

void Service::start() {
    impl_->start();
}

int Service::wait_and_stop() {
    int signal = 0;
    sigwait(&impl_->stop_signals, &signal);
    spdlog::info("stopping ({})", signal == SIGINT ? "SIGINT" : "SIGTERM");
    impl_->stop();
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
