#include "services/common/otlp_exporter.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <iterator>
#include <mutex>
#include <string_view>
#include <thread>

#include "services/common/otlp_json.h"

namespace dray::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;
using std::chrono::milliseconds;

constexpr const char* kSetting = "telemetry.otlp_endpoint";
constexpr const char* kVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

struct Answer {
    int status = 0;    // 0: there was none, and ...
    std::string body;  // ... this is why
};

// One request, with a connection of its own.
class Post {
  public:
    Post(const Endpoint& endpoint, std::string body) : endpoint_(endpoint) {
        request_.method(http::verb::post);
        request_.target(endpoint.target);
        request_.version(11);
        request_.set(http::field::host, endpoint.host + ":" + endpoint.port);
        request_.set(http::field::content_type, "application/json");
        request_.set(http::field::user_agent, "dray");
        request_.keep_alive(false);
        request_.body() = std::move(body);
        request_.prepare_payload();
    }

    Answer run(milliseconds patience) {
        resolver_.async_resolve(endpoint_.host, endpoint_.port, [this](Error error, const auto& found) {
            if (go_on(error)) connect(found);
        });
        io_.run_for(patience);
        return std::move(answer_);
    }

  private:
    using Error = boost::system::error_code;

    bool go_on(Error error) {
        if (error) answer_.body = error.message();
        return !error;
    }

    void connect(const tcp::resolver::results_type& found) {
        stream_.async_connect(found, [this](Error error, const auto&) {
            if (go_on(error)) write();
        });
    }

    void write() {
        answer_.body = "no answer in time";
        http::async_write(stream_, request_, [this](Error error, std::size_t) {
            if (go_on(error)) read();
        });
    }

    void read() {
        http::async_read(stream_, buffer_, response_, [this](Error error, std::size_t) {
            if (go_on(error))
                answer_ = {static_cast<int>(response_.result_int()), std::move(response_.body())};
        });
    }

    const Endpoint& endpoint_;
    asio::io_context io_{1};
    tcp::resolver resolver_{io_};
    beast::tcp_stream stream_{io_};
    http::request<http::string_body> request_;
    beast::flat_buffer buffer_;
    http::response<http::string_body> response_;
    Answer answer_{0, "it cannot be reached in time"};
};

bool is_worth_another_try(int status) {
    static constexpr std::array kPassing{0, 429, 502, 503, 504};
    return std::ranges::find(kPassing, status) != kPassing.end();
}

[[noreturn]] void refuse(const std::string& origin, const std::string& text) {
    throw SettingsError(origin + ": " + kSetting + " must be http://host[:port][/path], not \"" + text +
                        "\" (for https, run a collector on this machine)");
}

}  // namespace

std::optional<Endpoint> otlp_endpoint(const Settings& settings) {
    std::string text = settings.text(kSetting);
    std::string origin = settings.origin(kSetting);
    if (const char* variable = std::getenv(kVariable); text.empty() && variable != nullptr) {
        text = variable;
        origin = std::string("environment ") + kVariable;
    }
    if (text.empty()) return std::nullopt;
    static constexpr std::string_view kScheme = "http://";
    if (!text.starts_with(kScheme)) refuse(origin, text);
    const std::string rest = text.substr(kScheme.size());
    const std::string authority = rest.substr(0, rest.find('/'));
    std::string path = rest.substr(authority.size());
    while (path.ends_with('/')) path.pop_back();
    const auto colon = authority.find_last_of(":]");  // of [::1] the bracket
    const bool has_port = colon != authority.npos && authority[colon] == ':';
    Endpoint endpoint{.host = authority.substr(0, has_port ? colon : authority.npos),
                      .port = has_port ? authority.substr(colon + 1) : "80",
                      .target = path + "/v1/traces"};
    if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']'))
        endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
    const bool is_port = !endpoint.port.empty() && endpoint.port.size() <= 5 &&
                         endpoint.port.find_first_not_of("0123456789") == endpoint.port.npos;
    if (endpoint.host.empty() || !is_port || endpoint.host.find_first_of(" @?#") != endpoint.host.npos ||
        path.find_first_of(" ?#") != path.npos)
        refuse(origin, text);
    return endpoint;
}

struct OtlpExporter::Impl {
    Impl(Endpoint to, std::string name, std::string own_instance)
        : endpoint(std::move(to)), service(std::move(name)), instance(std::move(own_instance)) {}

    // Nothing more is to be sent, and what waits gets one try.
    bool stopping() {
        const std::lock_guard lock(mutex);
        return stop_asked;
    }

    std::vector<Span> take() {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, kEvery, [this] { return stop_asked || queue.size() >= kBatchMax; });
        const auto count = static_cast<std::ptrdiff_t>(std::min(queue.size(), kBatchMax));
        std::vector<Span> batch(std::make_move_iterator(queue.begin()),
                                std::make_move_iterator(queue.begin() + count));
        queue.erase(queue.begin(), queue.begin() + count);
        return batch;
    }

    void loop() {
        for (;;) {
            const bool is_last = stopping();
            const std::vector<Span> batch = take();
            if (!batch.empty()) send(batch);
            if (is_last && (batch.empty() || is_failing)) return give_up();
        }
    }

    // What still waits when the service ends.
    void give_up() {
        const std::lock_guard lock(mutex);
        figures.unreachable += queue.size();
        queue.clear();
    }

    void send(const std::vector<Span>& batch) {
        const std::string body = to_otlp_json(batch, service, instance);
        for (int attempt = 1;; ++attempt) {
            const milliseconds patience = stopping() ? milliseconds(kGoodbyeMax) : milliseconds(kAnswerMax);
            const Answer answer = Post(endpoint, body).run(patience);
            if (answer.status / 100 == 2) return taken(batch.size(), answer);
            if (!is_worth_another_try(answer.status)) {
                figures.refused += batch.size();
                return complain("the collector answers with HTTP status " + std::to_string(answer.status));
            }
            if (attempt == kAttemptsMax || !wait_for_next_try(attempt)) {
                figures.unreachable += batch.size();
                return complain(answer.status == 0 ? answer.body
                                                   : "HTTP status " + std::to_string(answer.status));
            }
        }
    }

    void taken(std::size_t count, const Answer& answer) {
        const std::uint64_t rejected = std::min<std::uint64_t>(rejected_spans(answer.body), count);
        figures.exported += count - rejected;
        figures.refused += rejected;
        if (is_failing) spdlog::info("spans reach {}:{} again", endpoint.host, endpoint.port);
        is_failing = false;
    }

    // Once, until it works again.
    void complain(const std::string& why) {
        if (!is_failing)
            spdlog::warn("spans do not reach {}:{}: {}; they are dropped", endpoint.host, endpoint.port, why);
        is_failing = true;
    }

    // False when the service is to stop.
    bool wait_for_next_try(int attempt) {
        std::unique_lock lock(mutex);
        return !wake.wait_for(lock, kEvery / 2 * attempt, [this] { return stop_asked; });
    }

    const Endpoint endpoint;
    const std::string service;
    const std::string instance;
    SpanFigures figures;
    std::mutex mutex;
    std::condition_variable wake;
    std::deque<Span> queue;
    bool stop_asked = false;
    bool is_failing = false;  // the thread's own
    std::thread thread;
};

OtlpExporter::OtlpExporter(Endpoint endpoint, std::string service, std::string instance)
    : impl_(std::make_unique<Impl>(std::move(endpoint), std::move(service), std::move(instance))) {}

OtlpExporter::~OtlpExporter() {
    stop();
}

void OtlpExporter::start() {
    impl_->thread = std::thread([impl = impl_.get()] { impl->loop(); });
}

void OtlpExporter::stop() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->stop_asked = true;
    }
    impl_->wake.notify_all();
    if (impl_->thread.joinable()) impl_->thread.join();
}

void OtlpExporter::offer(std::vector<Span> spans) {
    bool is_batch = false;
    {
        const std::lock_guard lock(impl_->mutex);
        const std::size_t room = kQueueMax - impl_->queue.size();
        const auto fitting = static_cast<std::ptrdiff_t>(std::min(room, spans.size()));
        impl_->figures.queue_full += spans.size() - static_cast<std::size_t>(fitting);
        std::move(spans.begin(), spans.begin() + fitting, std::back_inserter(impl_->queue));
        is_batch = impl_->queue.size() >= kBatchMax;
    }
    if (is_batch) impl_->wake.notify_one();
}

const SpanFigures& OtlpExporter::figures() const {
    return impl_->figures;
}

}  // namespace dray::service
