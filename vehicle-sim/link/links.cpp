#include "link/links.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

#include "link/links_parts.h"

namespace dray::link {

namespace {

constexpr std::chrono::milliseconds kGatePeriod{20};
constexpr std::chrono::seconds kTcpConnectWait{10};
// Only a connection that lasted so long proves that the broker is well, and lets the waits begin anew.
constexpr std::chrono::seconds kWellAfter{10};
// Linux gives out some 28,000 ports for connections from one address to one broker.
constexpr std::uint32_t kConnectionsPerSource = 20'000;

}  // namespace

Links::Parts::Parts(Loop& its_loop, std::uint32_t count, const LinkOptions& its_options, Owner& its_owner)
    : loop(its_loop), io(its_loop.parts().io), options(its_options), owner(its_owner) {
    for (std::uint32_t i = 0; i < count; ++i) links.emplace_back(io);
}

std::string Links::Parts::choose_sources() {
    for (const std::string& text : options.sources) {
        error_code error;
        sources.push_back(asio::ip::make_address(text, error));
        if (error) return "--source " + text + ": not an IP address";
        if (sources.back().is_v4() != addresses.front().address().is_v4())
            return "--source " + text + ": the broker's address " + addresses.front().address().to_string() +
                   " is of another kind";
        tcp::acceptor probe(io);
        probe.open(sources.back().is_v4() ? tcp::v4() : tcp::v6(), error);
        if (!error) probe.bind({sources.back(), 0}, error);
        if (error) return "--source " + text + ": cannot connect from it: " + error.message();
    }
    const auto& broker = addresses.front().address();
    if (!sources.empty() || !broker.is_v4() || !broker.is_loopback()) return "";
    for (std::uint32_t i = 0; i * kConnectionsPerSource < links.size(); ++i)
        sources.emplace_back(asio::ip::address_v4(asio::ip::address_v4::loopback().to_uint() + i));
    if (sources.size() == 1) sources.clear();
    return "";
}

void Links::Parts::bind_to_source(std::uint32_t number, error_code& error) {
    // The port is to be chosen when it connects, so that it need only be free towards this broker. Without
    // that, ports run out sooner, no more.
    auto& socket = links[number].socket;
    const int yes = 1;
    setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &yes, sizeof yes);
    socket.bind({sources[number % sources.size()], 0}, error);
}

// --- Coming in ---

void Links::Parts::open_gate() {
    if (gate_runs || gate_shut) return;
    gate_runs = true;
    gate_last = now();
    pass_gate();
}

// A token bucket: credit grows with time, each connection costs one.
void Links::Parts::pass_gate() {
    const Instant at = now();
    const double rate = options.connects_per_second_max;
    gate_credit += rate * static_cast<double>((at - gate_last).count()) / 1000;
    gate_credit = std::min(gate_credit, std::max(1.0, rate / 10));
    gate_last = at;
    for (; gate_credit >= 1 && !at_gate.empty() && !gate_shut; gate_credit -= 1) {
        const std::uint32_t number = at_gate.front();
        at_gate.pop_front();
        connect(number);
    }
    gate_runs = !at_gate.empty() && !gate_shut;
    if (gate_runs) loop.call_at(at + kGatePeriod, [this] { pass_gate(); });
}

void Links::Parts::connect(std::uint32_t number) {
    Link& link = links[number];
    if (link.leaving || link.socket.is_open()) return;
    link.held_back = !link.radio;
    if (link.held_back) return;
    const tcp::endpoint& address = addresses[link.attempts % addresses.size()];
    link.opened_at = now();
    error_code error;
    link.socket.open(address.protocol(), error);
    if (!error) link.socket.non_blocking(true, error);
    if (!error) link.socket.set_option(tcp::no_delay(true), error);
    if (!error && !sources.empty()) bind_to_source(number, error);
    if (error) return connected(number, error);
    link.socket.async_connect(address,
                              if_same(number, [this, number](const error_code& e) { connected(number, e); }));
}

void Links::Parts::connected(std::uint32_t number, const error_code& error) {
    if (error == boost::system::errc::address_not_available)
        return lose(number, "no port is free to connect from: give more addresses with --source");
    if (error) return lose(number, error.message());
    links[number].session.start(owner.hello(number), now());
    flush_soon(number);
    wait_readable(number);
}

// --- Going ---

void Links::Parts::lose(std::uint32_t number, const std::string& why) {
    Link& link = links[number];
    ++link.generation;
    link.writing = false;
    link.held_back = false;
    error_code ignored;
    link.socket.close(ignored);
    const bool refused = link.session.refusal() != nullptr;
    link.session.lost();
    if (link.was_up) --figures.up;
    if (link.leaving) return left(number);
    ++(link.was_up ? figures.losses : figures.failures);
    if (link.was_up && now() - link.opened_at > kWellAfter) link.attempts = 0;
    link.was_up = false;
    last_error = why;
    last_error_is_refusal = refused;
    retry_later(number);
}

void Links::Parts::retry_later(std::uint32_t number) {
    Link& link = links[number];
    const int doublings = std::min<int>(link.attempts, 16);
    link.attempts = static_cast<std::uint8_t>(std::min(link.attempts + 1, 255));
    const auto bound = std::min(options.retry_wait_max, options.retry_wait_min * (1 << doublings));
    const auto wait = std::chrono::milliseconds(1 + random.below(static_cast<std::uint64_t>(bound.count())));
    loop.call_at(now() + wait, [this, number] {
        if (links[number].leaving) return;
        at_gate.push_back(number);
        open_gate();
    });
}

void Links::Parts::left(std::uint32_t number) {
    links[number].was_up = false;
    if (still_here > 0 && --still_here == 0 && all_left) std::exchange(all_left, {})();
}

// Says goodbye after what is still to be sent, if there is anybody to say it to.
void Links::Parts::leave(std::uint32_t number) {
    Link& link = links[number];
    link.leaving = true;
    if (link.session.up()) {
        link.session.disconnect();
        flush_soon(number);
        return;
    }
    ++link.generation;
    error_code ignored;
    link.socket.close(ignored);
    link.session.lost();
}

void Links::Parts::set_radio(std::uint32_t number, bool works) {
    Link& link = links[number];
    if (link.radio == works) return;
    link.radio = works;
    if (!works) return;
    if (!link.socket.is_open()) {
        if (!link.held_back) return;
        at_gate.push_back(number);
        return open_gate();
    }
    if (link.held_back) read(number);
    flush_soon(number);
}

// --- The narrow face ---

Links::Links(Loop& loop, std::uint32_t count, const LinkOptions& options, Owner& owner)
    : parts_(std::make_unique<Parts>(loop, count, options, owner)) {}
Links::~Links() = default;

std::string Links::resolve() {
    error_code error;
    tcp::resolver resolver(parts_->io);
    const auto& broker = parts_->options.broker;
    for (const auto& entry : resolver.resolve(broker.host, std::to_string(broker.port), error))
        parts_->addresses.push_back(entry.endpoint());
    const std::string unknown = "the broker's host " + broker.host + " cannot be found: ";
    if (error) return unknown + error.message();
    if (parts_->addresses.empty()) return unknown + "the name has no address";
    return parts_->choose_sources();
}

void Links::connect(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t number = first; number < last; ++number) {
        parts_->links[number].leaving = false;
        parts_->at_gate.push_back(number);
    }
    parts_->open_gate();
}

void Links::disconnect(std::uint32_t link) {
    if (!parts_->links[link].leaving) parts_->leave(link);
}

bool Links::disconnected(std::uint32_t link) const {
    return parts_->links[link].leaving;
}

void Links::set_radio(std::uint32_t link, bool works) {
    parts_->set_radio(link, works);
}

void Links::cut(bool away) {
    if (parts_->gate_shut == away) return;
    parts_->gate_shut = away;
    if (!away) return parts_->open_gate();
    for (std::uint32_t number = 0; number < parts_->links.size(); ++number)
        if (parts_->links[number].socket.is_open())
            parts_->lose(number, "the scenario has cut the connection");
}

bool Links::up(std::uint32_t link) const {
    return parts_->links[link].session.up();
}

bool Links::publish(std::uint32_t link, std::string_view topic, std::string_view payload, mqtt::QoS qos,
                    bool retain) {
    if (!parts_->links[link].session.publish(topic, payload, qos, retain)) {
        ++parts_->figures.dropped;
        return false;
    }
    ++parts_->figures.messages_sent;
    parts_->flush_soon(link);
    return true;
}

void Links::subscribe(std::uint32_t link, std::span<const std::string> filters, mqtt::QoS qos) {
    if (!up(link)) return;
    parts_->links[link].session.subscribe(filters, qos);
    parts_->flush_soon(link);
}

void Links::unsubscribe(std::uint32_t link, std::span<const std::string> filters) {
    if (!up(link)) return;
    parts_->links[link].session.unsubscribe(filters);
    parts_->flush_soon(link);
}

void Links::tick(std::uint32_t link) {
    auto& ticked = parts_->links[link];
    const Instant now = parts_->now();
    if (ticked.socket.is_open() && !ticked.session.started() && now - ticked.opened_at > kTcpConnectWait)
        return parts_->lose(link, "the broker's host does not answer");
    if (const char* fault = ticked.session.tick(now, ticked.radio)) return parts_->lose(link, fault);
    parts_->flush_soon(link);
}

void Links::disconnect_all(Instant deadline, std::function<void()> done) {
    Parts& parts = *parts_;
    parts.at_gate.clear();
    parts.all_left = std::move(done);
    for (std::uint32_t number = 0; number < parts.links.size(); ++number) {
        parts.set_radio(number, true);
        if (parts.links[number].session.up()) ++parts.still_here;
        if (!parts.links[number].leaving) parts.leave(number);
    }
    const auto finish = [&parts] {
        if (parts.all_left) std::exchange(parts.all_left, {})();
    };
    parts.loop.call_at(parts.still_here == 0 ? parts.now() : deadline, finish);
}

const LinkFigures& Links::figures() const {
    return parts_->figures;
}
const std::string& Links::last_error() const {
    return parts_->last_error;
}
bool Links::last_error_is_refusal() const {
    return parts_->last_error_is_refusal;
}

}  // namespace dray::link
