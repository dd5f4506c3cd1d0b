#include "services/common/consumer.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <thread>

#include "services/common/broker_address.h"
#include "services/common/consumer_session.h"

namespace dray::service {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;

constexpr milliseconds kBackoffMin{250};
constexpr milliseconds kBackoffMax{8000};
constexpr std::chrono::seconds kTickEvery{1};
constexpr std::chrono::seconds kConnectMax{10};
constexpr std::chrono::seconds kGoodbyeMax{5};
constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

Instant now() {
    const auto since_start = std::chrono::steady_clock::now().time_since_epoch();
    return {std::chrono::duration_cast<milliseconds>(since_start).count()};
}

}  // namespace

struct Consumer::Impl final : ConsumerSession::Events {
    Impl(Options o, Callbacks c)
        : options(std::move(o)),
          callbacks(std::move(c)),
          address(parse_broker_address(options.broker)),
          session({.client_id = options.client_id, .persistent_session = options.persistent_session}) {}

    // A completion that belongs to a connection which is gone does nothing.
    template <class Work>
    auto if_same(Work work) {
        return [this, mine = connection, work](const error_code& error, auto&&... rest) {
            if (mine != connection) return;
            if (error) return lose(error.message());
            work(rest...);
        };
    }

    void connect() {
        ++connection;
        socket = tcp::socket(io);
        opened_at = now();
        resolver.async_resolve(address.host, address.port, if_same([this](const auto& endpoints) {
                                   asio::async_connect(socket, endpoints,
                                                       if_same([this](const auto&) { connected(); }));
                               }));
    }

    void connected() {
        socket.set_option(tcp::no_delay(true));
        session.start(callbacks.filters(), now());
        flush();
        read();
    }

    void read() {
        socket.async_read_some(asio::buffer(buffer), if_same([this](std::size_t count) {
                                   const auto fault = session.receive({buffer.data(), count}, now(), *this);
                                   if (!fault.empty()) return lose(fault);
                                   flush();
                                   read();
                               }));
    }

    void flush() {
        if (writing) return;
        sending = session.take_output();
        if (sending.empty()) {
            if (leaving) io.stop();
            return;
        }
        writing = true;
        asio::async_write(socket, asio::buffer(sending), if_same([this](std::size_t) {
                              writing = false;
                              flush();
                          }));
    }

    void lose(const std::string& why) {
        up = false;
        writing = false;
        ++connection;
        session.lost();
        error_code ignored;
        socket.close(ignored);
        if (leaving) return io.stop();
        spdlog::warn("no consuming from {}: {}; next try in {} ms", options.broker, why, backoff.count());
        retry.expires_after(backoff);
        retry.async_wait([this](const error_code& error) {
            if (!error) connect();
        });
        backoff = std::min(backoff * 2, kBackoffMax);
    }

    void tick() {
        timer.expires_after(kTickEvery);
        timer.async_wait([this](const error_code& error) {
            if (error) return;
            if (socket.is_open()) watch();
            tick();
        });
    }

    void watch() {
        if (!up && now() - opened_at > kConnectMax) return lose("no answer");
        if (const auto fault = session.tick(now()); !fault.empty()) return lose(fault);
        flush();
    }

    void on_up() override {
        up = true;
        backoff = kBackoffMin;
        spdlog::info("consuming from {} as {}", options.broker, options.client_id);
        callbacks.on_up();
    }

    void on_message(Message message, mqtt::PacketId packet_id) override {
        if (paused) return;
        callbacks.on_message(std::move(message), {connection, static_cast<std::uint16_t>(packet_id)});
    }

    void leave() {
        leaving = true;
        if (!session.up()) return io.stop();
        session.disconnect();
        flush();
        timer.expires_after(kGoodbyeMax);
        timer.async_wait([this](const error_code&) { io.stop(); });
    }

    Options options;
    Callbacks callbacks;
    BrokerAddress address;
    ConsumerSession session;
    asio::io_context io{1};
    tcp::resolver resolver{io};
    tcp::socket socket{io};
    asio::steady_timer retry{io};
    asio::steady_timer timer{io};
    std::uint64_t connection = 0;
    Instant opened_at{};
    milliseconds backoff = kBackoffMin;
    std::array<std::uint8_t, kReadBytes> buffer{};
    std::string sending;
    bool writing = false;
    bool leaving = false;
    std::atomic<bool> up = false;
    std::atomic<bool> paused = false;
    std::thread thread;
};

Consumer::Consumer(Options options, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(callbacks))) {}

Consumer::~Consumer() {
    stop();
}

void Consumer::start() {
    impl_->connect();
    impl_->tick();
    impl_->thread = std::thread([this] { impl_->io.run(); });
}

void Consumer::pause() {
    impl_->paused = true;
}

void Consumer::stop() {
    if (!impl_->thread.joinable()) return;
    asio::post(impl_->io, [this] { impl_->leave(); });
    impl_->thread.join();
    impl_->up = false;
}

void Consumer::acknowledge(Receipt receipt, Outcome outcome) {
    if (receipt.packet_id == 0) return;
    asio::post(impl_->io, [this, receipt, outcome] {
        if (receipt.connection != impl_->connection) return;
        impl_->session.acknowledge(mqtt::PacketId{receipt.packet_id}, static_cast<mqtt::ReasonCode>(outcome));
        impl_->flush();
    });
}

bool Consumer::connected() const {
    return impl_->up;
}

}  // namespace dray::service
