// Reading and writing: what passes over a connection once it is there.
#include <boost/asio/post.hpp>

#include "link/links_parts.h"

namespace dray::link {

struct Links::Parts::EventsOf final : ClientSession::Events {
    EventsOf(Parts& its_parts, std::uint32_t its_number) : parts(its_parts), number(its_number) {}
    void on_up() override {
        auto& link = parts.links[number];
        link.was_up = true;
        ++parts.figures.up;
        ++parts.figures.connects;
        parts.owner.on_up(number);
    }
    void on_message(std::string_view topic, ByteView payload) override {
        ++parts.figures.messages_received;
        parts.owner.on_message(number, topic, payload);
    }
    void on_subscription_refused() override { ++parts.figures.subscriptions_refused; }

    Parts& parts;
    std::uint32_t number;
};

void Links::Parts::wait_readable(std::uint32_t number) {
    links[number].socket.async_wait(tcp::socket::wait_read,
                                    if_same(number, [this, number](const error_code& error) {
                                        if (error) return lose(number, error.message());
                                        read(number);
                                    }));
}

void Links::Parts::read(std::uint32_t number) {
    Link& link = links[number];
    link.held_back = !link.radio;
    if (link.held_back) return;
    for (;;) {
        error_code error;
        const std::size_t count = link.socket.read_some(asio::buffer(read_buffer), error);
        if (error == asio::error::would_block) break;
        if (error)
            return lose(number,
                        error == asio::error::eof ? "the broker closed the connection" : error.message());
        figures.bytes_received += count;
        EventsOf events(*this, number);
        const char* fault = link.session.receive({read_buffer.data(), count}, now(), events);
        if (fault) return lose(number, fault);
        if (count < read_buffer.size()) break;
    }
    flush_soon(number);
    wait_readable(number);
}

void Links::Parts::flush_soon(std::uint32_t number) {
    Link& link = links[number];
    if (link.to_flush || link.writing || link.session.output().empty()) return;
    link.to_flush = true;
    flush_list.push_back(number);
    if (flush_posted) return;
    flush_posted = true;
    asio::post(io, [this] { flush_all(); });
}

void Links::Parts::flush_all() {
    flush_posted = false;
    std::vector<std::uint32_t> due;
    due.swap(flush_list);
    for (const std::uint32_t number : due) {
        links[number].to_flush = false;
        flush(number);
    }
    // Keeps the room for the next turn, unless this one has begun to fill it already.
    due.clear();
    if (flush_list.empty()) flush_list.swap(due);
}

void Links::Parts::flush(std::uint32_t number) {
    Link& link = links[number];
    if (link.writing || !link.radio || !link.socket.is_open()) return;
    while (!link.session.output().empty()) {
        error_code error;
        const auto output = link.session.output();
        const std::size_t count = link.socket.write_some(asio::buffer(output.data(), output.size()), error);
        if (error == asio::error::would_block) {
            link.writing = true;
            link.socket.async_wait(tcp::socket::wait_write,
                                   if_same(number, [this, number](const error_code& e) {
                                       links[number].writing = false;
                                       if (e) return lose(number, e.message());
                                       flush(number);
                                   }));
            return;
        }
        if (error) return lose(number, error.message());
        figures.bytes_sent += count;
        link.session.sent(count);
    }
    if (link.leaving) {
        error_code ignored;
        link.socket.shutdown(tcp::socket::shutdown_send, ignored);
    }
}

}  // namespace dray::link
