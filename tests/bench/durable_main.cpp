// Measures what it costs to keep messages: QoS 1 into sessions whose clients are away.
//
//     bench_durable --port P sessions 100                    makes sessions d0 … that take QoS 1 of keep/<i>,
//     and leaves bench_durable --port P publish --publishers 100 --window 20 --seconds 5 --sessions 100
//     bench_durable --port P publish … --messages 1000000    until so many are acknowledged
//     bench_durable --port P publish … --topic q             to q/<i> instead of keep/<i>
//     bench_durable --port P read --topic '$stream/x/1/#'    takes what comes by that filter, from the first
//     --qos 0 --seconds 5 [--messages N]                     message on (anew when it has N); prints "begun"
//                                                            when that has come
//     bench_durable sync --folder DIR                        one append of 4 KiB and fdatasync after the
//     other
//
// Prints one JSON object. A latency is from sending a PUBLISH to its PUBACK. One thread.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>
#include <memory>
#include <vector>

#include "connection.h"

namespace dray::bench {
namespace {

constexpr int kConnack = 2;
constexpr int kPublish = 3;
constexpr int kPuback = 4;
constexpr int kSuback = 9;
constexpr int kPatienceMs = 30'000;

struct Options {
    std::uint16_t port = 1883;
    int sessions = 100;
    int publishers = 100;
    int window = 20;
    int payload_bytes = 100;
    double seconds = 5;
    std::uint64_t messages = 0;  // 0: by time
    std::string topic = "keep";
    int qos = 0;
    std::string folder = ".";
};

std::int64_t now_ns() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

double percentile_us(std::vector<std::int64_t>& nanoseconds, double share) {
    if (nanoseconds.empty()) return 0;
    const auto at = static_cast<std::size_t>(share * static_cast<double>(nanoseconds.size() - 1));
    std::nth_element(nanoseconds.begin(), nanoseconds.begin() + static_cast<std::ptrdiff_t>(at),
                     nanoseconds.end());
    return static_cast<double>(nanoseconds[at]) / 1000;
}

std::string topic(const Options& options, int session) {
    return options.topic + "/" + std::to_string(session);
}

// Reads and writes until that packet has come.
void wait_for(Connection& connection, int wanted) {
    for (bool came = false; !came;) {
        if (!connection.flush()) throw std::runtime_error("the broker closed");
        pollfd ready{connection.fd(), POLLIN, 0};
        if (::poll(&ready, 1, kPatienceMs) != 1) throw std::runtime_error("the broker does not answer");
        const bool open = connection.read([&](int type, int, std::string_view) { came |= type == wanted; });
        if (!open && !came) throw std::runtime_error("the broker closed");
    }
}

void make_sessions(const Options& options) {
    const std::int64_t begin = now_ns();
    for (int i = 0; i < options.sessions; ++i) {
        Connection connection(options.port);
        connection.connect("d" + std::to_string(i), false);
        wait_for(connection, kConnack);
        connection.subscribe(topic(options, i), 1);
        wait_for(connection, kSuback);
    }
    fmt::print("{{\"sessions\": {}, \"seconds\": {:.2f}}}\n", options.sessions,
               static_cast<double>(now_ns() - begin) / 1e9);
}

struct Publisher {
    std::unique_ptr<Connection> connection;
    std::deque<std::int64_t> sent;  // acknowledged in the order of sending
    int next = 0;
};

void publish(const Options& options) {
    std::vector<Publisher> publishers(static_cast<std::size_t>(options.publishers));
    for (std::size_t i = 0; i < publishers.size(); ++i) {
        publishers[i].connection = std::make_unique<Connection>(options.port);
        publishers[i].connection->connect("p" + std::to_string(i));
        publishers[i].next = static_cast<int>(i);
        wait_for(*publishers[i].connection, kConnack);
    }
    std::vector<pollfd> polled;
    for (const Publisher& publisher : publishers) polled.push_back({publisher.connection->fd(), POLLIN, 0});
    const std::string payload(static_cast<std::size_t>(options.payload_bytes), 'x');
    std::vector<std::int64_t> latencies;
    std::uint64_t sent = 0;
    std::uint64_t acknowledged = 0;
    const std::int64_t begin = now_ns();
    const auto is_over = [&] {
        return options.messages > 0 ? acknowledged >= options.messages
                                    : static_cast<double>(now_ns() - begin) / 1e9 >= options.seconds;
    };
    while (!is_over()) {
        for (std::size_t i = 0; i < publishers.size(); ++i) {
            Publisher& publisher = publishers[i];
            while (publisher.sent.size() < static_cast<std::size_t>(options.window) &&
                   (options.messages == 0 || sent < options.messages)) {
                publisher.connection->publish(topic(options, publisher.next), 1, payload);
                publisher.next = (publisher.next + options.publishers) % options.sessions;
                publisher.sent.push_back(now_ns());
                ++sent;
            }
            if (!publisher.connection->flush()) throw std::runtime_error("the broker closed");
            polled[i].events =
                static_cast<short>(POLLIN | (publisher.connection->wants_to_write() ? POLLOUT : 0));
        }
        if (::poll(polled.data(), polled.size(), kPatienceMs) < 1)
            throw std::runtime_error("the broker does not answer");
        for (std::size_t i = 0; i < publishers.size(); ++i) {
            if ((polled[i].revents & ~POLLOUT) == 0) continue;
            Publisher& publisher = publishers[i];
            const std::int64_t now = now_ns();
            const bool open = publisher.connection->read([&](int type, int, std::string_view) {
                if (type != kPuback) return;
                latencies.push_back(now - publisher.sent.front());
                publisher.sent.pop_front();
                ++acknowledged;
            });
            if (!open) throw std::runtime_error("the broker closed");
        }
    }
    const double seconds = static_cast<double>(now_ns() - begin) / 1e9;
    fmt::print("{{\"acknowledged\": {}, \"per_s\": {:.0f}, \"p50_us\": {:.0f}, \"p99_us\": {:.0f}}}\n",
               acknowledged, static_cast<double>(acknowledged) / seconds, percentile_us(latencies, 0.5),
               percentile_us(latencies, 0.99));
}

std::uint16_t packet_id(std::string_view body) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(body[i]); };
    const std::size_t at = 2U + (std::size_t{byte(0)} << 8) + byte(1);
    return static_cast<std::uint16_t>(byte(at) << 8 | byte(at + 1));
}

std::unique_ptr<Connection> begin_reading(const Options& options) {
    auto connection = std::make_unique<Connection>(options.port);
    connection->connect("reader-" + std::to_string(::getpid()));
    wait_for(*connection, kConnack);
    connection->subscribe(options.topic, options.qos);
    return connection;
}

void read(const Options& options) {
    std::unique_ptr<Connection> connection;
    std::uint64_t messages = 0;
    std::uint64_t messages_here = 0;
    std::int64_t begin = 0;
    const auto seconds = [&] { return static_cast<double>(now_ns() - begin) / 1e9; };
    while (messages == 0 || seconds() < options.seconds) {
        if (connection == nullptr || (options.messages > 0 && messages_here >= options.messages)) {
            connection = begin_reading(options);
            messages_here = 0;
        }
        if (!connection->flush()) throw std::runtime_error("the broker closed");
        pollfd ready{connection->fd(), POLLIN, 0};
        if (::poll(&ready, 1, kPatienceMs) != 1) throw std::runtime_error("nothing comes any more");
        const bool was_empty = messages == 0;
        const bool open = connection->read([&](int type, int flags, std::string_view body) {
            if (type != kPublish) return;
            ++messages;
            ++messages_here;
            if ((flags & 6) != 0) connection->acknowledge(packet_id(body));
        });
        if (!open) throw std::runtime_error("the broker closed");
        if (!was_empty || messages == 0) continue;
        begin = now_ns();
        fmt::print("begun\n");
        std::fflush(stdout);
    }
    fmt::print("{{\"messages\": {}, \"per_s\": {:.0f}}}\n", messages,
               static_cast<double>(messages) / seconds());
}

void sync(const Options& options) {
    const std::string path = options.folder + "/bench_durable.tmp";
    const int file = ::open(path.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) throw std::runtime_error("cannot write " + path);
    const std::string block(4096, 'x');
    std::vector<std::int64_t> took;
    for (int i = 0; i < 500; ++i) {
        const std::int64_t begin = now_ns();
        if (::write(file, block.data(), block.size()) < 0 || ::fdatasync(file) != 0) {
            throw std::runtime_error("cannot write " + path);
        }
        took.push_back(now_ns() - begin);
    }
    ::close(file);
    ::unlink(path.c_str());
    fmt::print("{{\"p50_us\": {:.0f}, \"p99_us\": {:.0f}}}\n", percentile_us(took, 0.5),
               percentile_us(took, 0.99));
}

int main(int count, char** arguments) {
    Options options;
    CLI::App app("measures what it costs to keep messages");
    app.add_option("--port", options.port);
    app.add_option("--sessions", options.sessions);
    app.add_option("--publishers", options.publishers);
    app.add_option("--window", options.window);
    app.add_option("--payload", options.payload_bytes);
    app.add_option("--seconds", options.seconds);
    app.add_option("--messages", options.messages);
    app.add_option("--topic", options.topic);
    app.add_option("--qos", options.qos)->check(CLI::Range(0, 1));
    app.add_option("--folder", options.folder);
    app.fallthrough();
    app.require_subcommand(1);
    app.add_subcommand("sessions")->callback([&] { make_sessions(options); });
    app.add_subcommand("publish")->callback([&] { publish(options); });
    app.add_subcommand("read")->callback([&] { read(options); });
    app.add_subcommand("sync")->callback([&] { sync(options); });
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error);
    } catch (const std::exception& error) {
        fmt::print(stderr, "bench_durable: {}\n", error.what());
        return 1;
    }
    return 0;
}

}  // namespace
}  // namespace dray::bench

int main(int count, char** arguments) {
    return dray::bench::main(count, arguments);
}
