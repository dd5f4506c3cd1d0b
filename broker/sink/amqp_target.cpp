#include "sink/amqp_target.h"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "net/tls_context.h"
#include "sink/amqp_message.h"

namespace dray::sink {

namespace {

constexpr amqp_channel_t kChannel = 1;
constexpr int kHeartbeatS = 20;
constexpr std::chrono::milliseconds kListenEvery{5'000};  // heartbeats are sent and missed in between
constexpr int kFrameBytes = AMQP_DEFAULT_FRAME_SIZE;
constexpr std::size_t kFrameOverhead = 64;
constexpr std::uint8_t kPersistent = 2;
const timeval kStepWait{5, 0};  // of each step of connecting
const timeval kGoodbyeWait{0, 500'000};

amqp_bytes_t bytes(std::string_view text) {
    return {text.size(), const_cast<char*>(text.data())};
}

std::string text(amqp_bytes_t bytes) {
    return {static_cast<const char*>(bytes.bytes), bytes.len};
}

amqp_field_value_t text_value(std::string_view value) {
    amqp_field_value_t field{};
    field.kind = AMQP_FIELD_KIND_UTF8;
    field.value.bytes = bytes(value);
    return field;
}

// An AMQP table of headers, for as long as this lives.
class Headers {
  public:
    explicit Headers(const std::vector<AmqpHeader>& headers) {
        entries_.reserve(headers.size());
        arrays_.reserve(headers.size());
        for (const AmqpHeader& header : headers) entries_.push_back({bytes(header.name), value_of(header)});
    }
    amqp_table_t table() { return {static_cast<int>(entries_.size()), entries_.data()}; }

  private:
    amqp_field_value_t value_of(const AmqpHeader& header) {
        if (header.values.size() == 1) return text_value(header.values.front());
        std::vector<amqp_field_value_t>& values = arrays_.emplace_back();
        for (const std::string_view value : header.values) values.push_back(text_value(value));
        amqp_field_value_t field{};
        field.kind = AMQP_FIELD_KIND_ARRAY;
        field.value.array = {static_cast<int>(values.size()), values.data()};
        return field;
    }
    std::vector<amqp_table_entry_t> entries_;
    std::vector<std::vector<amqp_field_value_t>> arrays_;
};

amqp_basic_properties_t properties_of(const AmqpMessage& message, Headers& headers) {
    amqp_basic_properties_t properties{};
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG |
                        AMQP_BASIC_TIMESTAMP_FLAG | AMQP_BASIC_HEADERS_FLAG;
    properties.delivery_mode = kPersistent;
    properties.message_id = bytes(message.message_id);
    properties.timestamp = message.timestamp_s;
    properties.headers = headers.table();
    const auto add = [&properties](amqp_flags_t flag, amqp_bytes_t& place, const auto& value) {
        if (!value) return;
        properties._flags |= flag;
        place = bytes(*value);
    };
    add(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type, message.content_type);
    add(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding, message.content_encoding);
    add(AMQP_BASIC_REPLY_TO_FLAG, properties.reply_to, message.reply_to);
    add(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id, message.correlation_id);
    add(AMQP_BASIC_EXPIRATION_FLAG, properties.expiration, message.expiration);
    return properties;
}

template <typename Method>
const Method& decoded(const amqp_method_t& method) {
    return *static_cast<const Method*>(method.decoded);
}

std::string closed_words(int code, amqp_bytes_t why) {
    return text(why) + " (" + std::to_string(code) + ')';
}

std::string why_of(const amqp_rpc_reply_t& reply) {
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) return amqp_error_string2(reply.library_error);
    if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) return "it does not answer";
    if (reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        const auto& close = decoded<amqp_channel_close_t>(reply.reply);
        return closed_words(close.reply_code, close.reply_text);
    }
    const auto& close = decoded<amqp_connection_close_t>(reply.reply);
    return closed_words(close.reply_code, close.reply_text);
}

}  // namespace

void AmqpTarget::Free::operator()(amqp_connection_state_t_* connection) const {
    amqp_destroy_connection(connection);
}

AmqpTarget::AmqpTarget(TargetNeeds needs)
    : options_(needs.options),
      url_(*parse_amqp_url(options_.url)),
      password_(std::move(needs.password)),
      events_(needs.events),
      routing_key_(*TopicTemplate::parse(options_.routing_key, Letters::kDots)) {}

AmqpTarget::~AmqpTarget() {
    if (is_open_ && !is_lost_) {
        amqp_set_rpc_timeout(connection_.get(), &kGoodbyeWait);
        amqp_connection_close(connection_.get(), AMQP_REPLY_SUCCESS);
    }
    interruptible_ = -1;
}

// --- connecting ---

std::string AmqpTarget::connect(const std::atomic<bool>& stopping) {
    // OpenSSL is this program's to set up.
    amqp_set_initialize_ssl_library(0);
    connection_.reset(amqp_new_connection());
    if (!connection_) return "there is no memory";
    amqp_set_handshake_timeout(connection_.get(), &kStepWait);
    amqp_set_rpc_timeout(connection_.get(), &kStepWait);
    for (const auto step : {&AmqpTarget::open_socket, &AmqpTarget::log_in, &AmqpTarget::open_channel}) {
        if (stopping) return "it is stopping";
        if (std::string why = (this->*step)(); !why.empty()) return why;
    }
    is_open_ = true;
    return {};
}

std::string AmqpTarget::prepare_tls(amqp_socket_t_* socket) {
    const net::ClientTlsSettings& settings = options_.tls_settings;
    if (settings.ca_file.empty()) {
        SSL_CTX_set_default_verify_paths(static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket)));
    } else if (amqp_ssl_socket_set_cacert(socket, settings.ca_file.c_str()) != AMQP_STATUS_OK) {
        return "ca_file: " + net::take_tls_error();
    }
    const net::CertificateFiles& shown = settings.certificate;
    if (!shown.certificate_file.empty() &&
        amqp_ssl_socket_set_key(socket, shown.certificate_file.c_str(), shown.private_key_file.c_str()) !=
            AMQP_STATUS_OK)
        return "certificate_file: " + net::take_tls_error();
    amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
    amqp_ssl_socket_set_verify_peer(socket, 1);
    amqp_ssl_socket_set_verify_hostname(socket, 1);
    return {};
}

std::string AmqpTarget::open_socket() {
    amqp_socket_t* const socket =
        url_.tls ? amqp_ssl_socket_new(connection_.get()) : amqp_tcp_socket_new(connection_.get());
    if (socket == nullptr) return "there is no memory";
    if (url_.tls) {
        if (std::string why = prepare_tls(socket); !why.empty()) return why;
    }
    const int status = amqp_socket_open_noblock(socket, url_.host.c_str(), url_.port, &kStepWait);
    if (status != AMQP_STATUS_OK) return amqp_error_string2(status);
    interruptible_ = number();
    const auto patience_ms = static_cast<unsigned>(options_.confirm_ms_max);
    ::setsockopt(number(), IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof patience_ms);
    return {};
}

std::string AmqpTarget::log_in() {
    const std::string name = "dray sink " + options_.name;
    amqp_table_entry_t capability{amqp_cstring_bytes("connection.blocked"), {}};
    capability.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    capability.value.value.boolean = 1;
    std::array<amqp_table_entry_t, 3> entries{{
        {amqp_cstring_bytes("product"), text_value("Dray")},
        {amqp_cstring_bytes("connection_name"), text_value(name)},
        {amqp_cstring_bytes("capabilities"), {}},
    }};
    entries[2].value.kind = AMQP_FIELD_KIND_TABLE;
    entries[2].value.value.table = {1, &capability};
    const amqp_table_t about{static_cast<int>(entries.size()), entries.data()};
    // RabbitMQ's own pair, if nobody says otherwise.
    const std::string& password = password_.empty() && url_.user == "guest" ? url_.user : password_;
    const amqp_rpc_reply_t reply =
        amqp_login_with_properties(connection_.get(), url_.virtual_host.c_str(), 0, kFrameBytes, kHeartbeatS,
                                   &about, AMQP_SASL_METHOD_PLAIN, url_.user.c_str(), password.c_str());
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) return "the login of " + url_.user + ": " + why_of(reply);
    header_bytes_max_ = static_cast<std::size_t>(amqp_get_frame_max(connection_.get())) - kFrameOverhead;
    return {};
}

std::string AmqpTarget::open_channel() {
    const auto why = [this](const char* what) {
        return std::string(what) + ": " + why_of(amqp_get_rpc_reply(connection_.get()));
    };
    if (amqp_channel_open(connection_.get(), kChannel) == nullptr) return why("no channel");
    // Whether it is there; the default exchange always is, and has no name to ask by.
    if (!options_.exchange.empty() &&
        amqp_exchange_declare(connection_.get(), kChannel, bytes(options_.exchange),
                              amqp_cstring_bytes("topic"), 1, 0, 0, 0, amqp_empty_table) == nullptr)
        return why("exchange");
    if (amqp_confirm_select(connection_.get(), kChannel) == nullptr) return why("no publisher confirms");
    return {};
}

int AmqpTarget::number() const {
    return amqp_get_sockfd(connection_.get());
}

void AmqpTarget::interrupt() {
    if (const int socket = interruptible_; socket >= 0) ::shutdown(socket, SHUT_RDWR);
}

// --- messages ---

bool AmqpTarget::has_room() {
    pollfd socket{number(), POLLOUT, 0};
    return ::poll(&socket, 1, 0) > 0;
}

void AmqpTarget::give(const Record& record, Instant now) {
    const std::string routing_key = routing_key_.fill(record.topic);
    if (routing_key.size() > 255)
        return events_.on_refused(record.ticket, "its routing key has more than 255 bytes");
    const auto message = amqp_message(record, options_.stream, header_bytes_max_);
    if (!message) return events_.on_refused(record.ticket, message.error().what);
    Headers headers(message->headers);
    const amqp_basic_properties_t properties = properties_of(*message, headers);
    given_[++last_tag_] = {record.ticket, record.offset, now, {}};
    const int status =
        amqp_basic_publish(connection_.get(), kChannel, bytes(options_.exchange), bytes(routing_key), 1, 0,
                           &properties, bytes(as_text(record.payload)));
    if (status != AMQP_STATUS_OK) lose(amqp_error_string2(status));
}

void AmqpTarget::serve(Instant now) {
    listened_at_ = now;
    constexpr timeval kNow{0, 0};
    while (!is_lost_) {
        amqp_frame_t frame;
        amqp_maybe_release_buffers(connection_.get());
        const int status = amqp_simple_wait_frame_noblock(connection_.get(), &frame, &kNow);
        if (status == AMQP_STATUS_TIMEOUT) break;
        if (status != AMQP_STATUS_OK) return lose(amqp_error_string2(status));
        take(frame);
    }
    const std::chrono::milliseconds patience(options_.confirm_ms_max);
    if (!is_lost_ && !given_.empty() && now - given_.begin()->second.at >= patience)
        lose("a message was not confirmed in time");
}

Instant AmqpTarget::next_deadline() const {
    const Instant listen = listened_at_ + kListenEvery;
    if (given_.empty()) return listen;
    return std::min(listen, given_.begin()->second.at + std::chrono::milliseconds(options_.confirm_ms_max));
}

void AmqpTarget::take(const amqp_frame_t& frame) {
    if (frame.frame_type == AMQP_FRAME_METHOD) return take_method(frame.payload.method);
    // The rest of a message that came back: by its id it is known which one it was.
    if (frame.frame_type != AMQP_FRAME_HEADER || returning_.empty()) return;
    const auto& properties = *static_cast<const amqp_basic_properties_t*>(frame.payload.properties.decoded);
    const std::uint64_t offset = offset_of_message_id(text(properties.message_id));
    for (auto& [tag, given] : given_) {
        if (given.offset == offset) given.returned = returning_;
    }
    returning_.clear();
}

void AmqpTarget::take_method(const amqp_method_t& method) {
    switch (method.id) {
        case AMQP_BASIC_ACK_METHOD: {
            const auto& ack = decoded<amqp_basic_ack_t>(method);
            return confirm(ack.delivery_tag, ack.multiple != 0, true);
        }
        case AMQP_BASIC_NACK_METHOD: {
            const auto& nack = decoded<amqp_basic_nack_t>(method);
            return confirm(nack.delivery_tag, nack.multiple != 0, false);
        }
        case AMQP_BASIC_RETURN_METHOD: {
            const auto& back = decoded<amqp_basic_return_t>(method);
            returning_ = "no queue takes routing key " + text(back.routing_key) + " of exchange '" +
                         text(back.exchange) + "': " + closed_words(back.reply_code, back.reply_text);
            return;
        }
        case AMQP_CHANNEL_CLOSE_METHOD: {
            const auto& close = decoded<amqp_channel_close_t>(method);
            const bool is_about_one =
                close.reply_code == AMQP_PRECONDITION_FAILED || close.reply_code == AMQP_ACCESS_REFUSED;
            return lose(closed_words(close.reply_code, close.reply_text), is_about_one);
        }
        case AMQP_CONNECTION_CLOSE_METHOD: {
            const auto& close = decoded<amqp_connection_close_t>(method);
            return lose(closed_words(close.reply_code, close.reply_text));
        }
        case AMQP_CONNECTION_BLOCKED_METHOD:
            return lose("it takes no messages: " + text(decoded<amqp_connection_blocked_t>(method).reason));
        default:
            return;
    }
}

void AmqpTarget::confirm(std::uint64_t tag, bool multiple, bool is_taken) {
    auto first = multiple ? given_.begin() : given_.find(tag);
    while (!is_lost_ && first != given_.end() && first->first <= tag) {
        const Given given = std::move(first->second);
        first = given_.erase(first);
        if (!is_taken) return lose("it takes no message for now (nack): a queue is full, or it has failed");
        if (given.returned.empty()) {
            events_.on_taken(given.ticket);
        } else {
            events_.on_refused(given.ticket, given.returned);
        }
        if (!multiple) return;
    }
}

void AmqpTarget::lose(std::string why, bool blames_a_message) {
    if (std::exchange(is_lost_, true)) return;
    events_.on_lost(std::move(why), blames_a_message);
}

}  // namespace dray::sink
