#include "bridge/bridge.h"

#include <sys/epoll.h>

#include <random>

#include "base/assert.h"

namespace dray::bridge {

using namespace std::chrono_literals;

namespace {

constexpr std::uint32_t kWatched = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr std::size_t kReadBytes = 64 * 1024;
constexpr auto kConnectWait = 20s;
// What has been up for less may have been lost for a reason that is still there.
constexpr auto kSteadyAfter = 5s;

RelayOptions relay_options(const BridgeOptions& options, const Home& home) {
    RelayOptions relay;
    relay.client_id = options.client_id.empty() ? "dray-" + options.name : options.client_id;
    relay.user = options.user;
    relay.password = home.password;
    relay.local_client_id = local_name(options);
    relay.site = home.site;
    relay.remote_site = options.remote_site;
    relay.remote_version = options.version;
    relay.keep_alive_s = options.keep_alive_s;
    relay.remote_unacknowledged_max = options.unacknowledged_max;
    relay.local_receive_max = home.receive_max;
    relay.local_packet_bytes_max = home.packet_bytes_max;
    relay.topics = options.topics;
    return relay;
}

}  // namespace

Bridge::Bridge(BridgeOptions options, const Home& home)
    : options_(std::move(options)),
      home_(home.address),
      relay_(relay_options(options_, home), figures_, *this),
      backoff_({.least = std::chrono::milliseconds(options_.retry_ms_min),
                .most = std::chrono::milliseconds(options_.retry_ms_max)},
               std::random_device()()) {
    figures_.name = options_.name;
    figures_.address = options_.address;
    figures_.why_down.set("it has not been up yet");
}

void Bridge::start() {
    thread_.start("drayd/bridge", [this] { run(); });
}

void Bridge::run() {
    while (!thread_.is_stopping()) {
        converse();
        if (thread_.is_stopping()) break;
        thread_.sleep_until(thread_.look_at_clock() + backoff_.next());
    }
}

// From an attempt to connect to the end of what came of it.
void Bridge::converse() {
    std::string why = connect_remote();
    const Instant give_up = thread_.look_at_clock() + kConnectWait;
    while (why.empty() && !thread_.is_stopping()) {
        const bool is_connecting = !channel(Side::kRemote).is_established;
        thread_.await_news(is_connecting ? give_up : relay_.next_deadline(), made_progress_);
        if (is_connecting && thread_.now() >= give_up) {
            why = "it does not answer";
        } else {
            relay_.tick(thread_.now());
            why = serve();
        }
    }
    if (thread_.is_stopping()) take_leave();
    hang_up(why);
}

std::string Bridge::connect_remote() {
    std::shared_ptr<const net::TlsContext> tls;
    if (options_.tls) {
        auto loaded = net::TlsContext::load_client(options_.tls_settings);
        if (!loaded) return loaded.error().setting + ": " + loaded.error().what;
        tls = std::move(*loaded);
    }
    const net::HostPort where = *net::HostPort::parse(options_.address);
    const auto addresses = net::resolve_all(where);
    if (!addresses) return addresses.error().what;
    return open(Side::kRemote, (*addresses)[attempts_++ % addresses->size()], std::move(tls), where.host);
}

std::string Bridge::open(Side side, const net::Address& address, std::shared_ptr<const net::TlsContext> tls,
                         const std::string& host) {
    auto opened = net::Outgoing::open(address, std::move(tls), host);
    if (!opened) return opened.error().what;
    Channel& opening = channel(side);
    opening.connection = std::move(*opened);
    opening.may_read = opening.may_write = true;
    if (const auto error = thread_.poller().add(opening.connection->number(), opening, kWatched))
        return error.message();
    return {};
}

// One round of what can be done without waiting.
std::string Bridge::serve() {
    made_progress_ = false;
    if (relay_.wants_local() && !channel(Side::kLocal).connection) {
        if (std::string why = open(Side::kLocal, home_, nullptr, ""); !why.empty())
            return "this broker: " + why;
        made_progress_ = true;
    }
    for (const Side side : {Side::kLocal, Side::kRemote}) {
        std::string why = channel(side).connection ? go_on(side) : "";
        if (!why.empty()) return (side == Side::kLocal ? "this broker: " : "") + why;
    }
    return relay_.fault();
}

std::string Bridge::go_on(Side side) {
    Channel& its = channel(side);
    if (!its.is_established) {
        if (!its.may_read && !its.may_write) return {};
        its.may_read = its.may_write = false;
        const net::Outgoing::Status status = its.connection->establish();
        if (status == net::Outgoing::Status::kBlocked) return {};
        if (status != net::Outgoing::Status::kDone) return its.connection->why();
        its.is_established = its.may_read = its.may_write = true;
        made_progress_ = true;
        relay_.opened(side, thread_.now());
    }
    if (std::string why = read(side); !why.empty()) return why;
    return write(side);
}

std::string Bridge::read(Side side) {
    Channel& its = channel(side);
    if (!its.may_read || !relay_.listens(side)) return {};
    std::array<std::uint8_t, kReadBytes> buffer;
    const net::Outgoing::Transfer got = its.connection->read(buffer);
    if (got.bytes > 0) {
        made_progress_ = true;
        relay_.receive(side, {buffer.data(), got.bytes}, thread_.now());
    }
    // What was said before it closed tells more of why.
    if (!relay_.fault().empty()) return {};
    if (got.status == net::Outgoing::Status::kBlocked) its.may_read = false;
    const bool is_over =
        got.status == net::Outgoing::Status::kEnded || got.status == net::Outgoing::Status::kFailed;
    return is_over ? its.connection->why() : "";
}

std::string Bridge::write(Side side) {
    Channel& its = channel(side);
    const std::string_view output = relay_.output(side);
    if (!its.is_established || !its.may_write || output.empty()) return {};
    const net::Outgoing::Transfer put = its.connection->write(as_bytes(output));
    if (put.bytes > 0) {
        made_progress_ = true;
        relay_.sent(side, put.bytes, thread_.now());
    }
    if (put.status == net::Outgoing::Status::kBlocked) its.may_write = false;
    return put.status == net::Outgoing::Status::kFailed ? its.connection->why() : "";
}

void Bridge::take_leave() {
    relay_.say_goodbye();
    for (const Side side : {Side::kLocal, Side::kRemote}) {
        write(side);
        if (channel(side).connection) channel(side).connection->say_close();
    }
}

void Bridge::hang_up(const std::string& why) {
    const bool was_up = relay_.is_up();
    if (was_up && thread_.now() - up_since_ >= kSteadyAfter) backoff_.reset();
    for (Channel& each : channels_) {
        if (each.connection) thread_.poller().remove(each.connection->number());
        each = Channel();
    }
    relay_.closed();
    figures_.is_up = false;
    if (thread_.is_stopping()) return;
    ++figures_.failures;
    figures_.why_down.set(why);
    reactor::log_warning(was_up ? "a bridge is down" : "a bridge cannot connect",
                         {{"bridge", options_.name}, {"to", options_.address}, {"why", why}});
}

// --- what a person should know ---

void Bridge::on_up(bool session_present) {
    up_since_ = thread_.now();
    reactor::log_info("a bridge is up", {{"bridge", options_.name},
                                         {"to", options_.address},
                                         {"session_there", session_present ? "goes on" : "is new"}});
}

void Bridge::on_subscription_refused(Side by, std::string_view filter, mqtt::ReasonCode reason) {
    reactor::log_warning("a subscription of a bridge was refused",
                         {{"bridge", options_.name},
                          {"by", by == Side::kLocal ? "this broker" : options_.address},
                          {"filter", filter},
                          {"why", name(reason)}});
}

void Bridge::on_not_given(Side to, std::string_view topic, std::string_view why) {
    if (!message_lines_.take(thread_.now())) return;
    reactor::log_warning("a bridge did not pass on a message",
                         {{"bridge", options_.name},
                          {"to", to == Side::kLocal ? "this broker" : options_.address},
                          {"topic", topic},
                          {"why", why},
                          {"left_out", message_lines_.take_suppressed()}});
}

void Bridge::on_refused(Side by, mqtt::PacketId packet_id, mqtt::ReasonCode reason) {
    if (!message_lines_.take(thread_.now())) return;
    reactor::log_warning("a message of a bridge was refused",
                         {{"bridge", options_.name},
                          {"by", by == Side::kLocal ? "this broker" : options_.address},
                          {"packet_id", static_cast<unsigned>(packet_id)},
                          {"why", name(reason)},
                          {"left_out", message_lines_.take_suppressed()}});
}

}  // namespace dray::bridge
