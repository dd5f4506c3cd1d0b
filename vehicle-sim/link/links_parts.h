// What Links is made of, for the files of this folder that do input and output.
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "base/random.h"
#include "link/links.h"
#include "link/loop_parts.h"

namespace dray::link {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

struct Links::Parts {
    static constexpr std::size_t kReadBytes = std::size_t{64} * 1024;
    struct Link {
        explicit Link(asio::io_context& io) : socket(io) {}
        tcp::socket socket;
        ClientSession session{};
        Instant opened_at{};
        // Counts connections, so that a completion that belongs to an earlier one is known.
        std::uint32_t generation = 0;
        std::uint8_t attempts = 0;  // since the broker was last seen to be well
        bool was_up = false;
        bool to_flush = false;
        bool writing = false;
        bool leaving = true;  // or away: not to be connected
        bool radio = true;
        bool held_back = false;  // by missing radio: there is something to read, or a connection to make
    };
    struct EventsOf;

    Parts(Loop& its_loop, std::uint32_t count, const LinkOptions& its_options, Owner& its_owner);

    std::string choose_sources();
    void bind_to_source(std::uint32_t number, error_code& error);
    void open_gate();
    void pass_gate();
    void connect(std::uint32_t number);
    void connected(std::uint32_t number, const error_code& error);
    void wait_readable(std::uint32_t number);
    void read(std::uint32_t number);
    void flush_soon(std::uint32_t number);
    void flush_all();
    void flush(std::uint32_t number);
    void lose(std::uint32_t number, const std::string& why);
    void retry_later(std::uint32_t number);
    void left(std::uint32_t number);
    void leave(std::uint32_t number);
    void set_radio(std::uint32_t number, bool works);
    Instant now() const { return loop.now(); }

    // Runs `work` unless the connection it was meant for is gone.
    template <class Work>
    auto if_same(std::uint32_t number, Work work) {
        return [this, number, generation = links[number].generation, work](const error_code& error) {
            if (links[number].generation == generation) work(error);
        };
    }

    Loop& loop;
    asio::io_context& io;
    LinkOptions options;
    Owner& owner;
    std::vector<tcp::endpoint> addresses;
    std::vector<asio::ip::address> sources;
    std::deque<Link> links;
    std::deque<std::uint32_t> at_gate;  // links that wait to be let in
    double gate_credit = 1;
    Instant gate_last{};
    bool gate_runs = false;
    bool gate_shut = false;
    std::vector<std::uint32_t> flush_list;
    bool flush_posted = false;
    std::array<std::uint8_t, kReadBytes> read_buffer{};
    Random random{std::random_device{}()};
    LinkFigures figures{};
    std::string last_error{};
    bool last_error_is_refusal = false;
    std::uint32_t still_here = 0;  // while leaving: connections that the broker has not closed yet
    std::function<void()> all_left{};
};

}  // namespace dray::link
