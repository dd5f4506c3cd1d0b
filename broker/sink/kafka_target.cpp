#include "sink/kafka_target.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

#include "reactor/log.h"
#include "sink/kafka_headers.h"

namespace dray::sink {

using namespace std::chrono_literals;

namespace {

constexpr auto kReachWait = 5s;
constexpr auto kReachStep = 250ms;
// After all are said to be away: a name may have several addresses, of which one answers.
constexpr auto kAllAwayWait = 1500ms;
constexpr int kSyslogNotice = 5;

const char* word(Sasl sasl) {
    switch (sasl) {
        case Sasl::kPlain:
            return "PLAIN";
        case Sasl::kScramSha256:
            return "SCRAM-SHA-256";
        case Sasl::kScramSha512:
            return "SCRAM-SHA-512";
    }
    return "";
}

struct Setting {
    const char* option;  // of ours, by which it is set
    const char* name;
    std::string value;
};

std::vector<Setting> settings_of(const SinkOptions& options, const std::string& password) {
    const bool has_user = !options.user.empty();
    const net::ClientTlsSettings& tls = options.tls_settings;
    const char* const protocol = options.tls ? (has_user ? "sasl_ssl" : "ssl")
                                 : has_user  ? "sasl_plaintext"
                                             : "plaintext";
    std::vector<Setting> settings{
        {"brokers", "bootstrap.servers", options.brokers},
        {"name", "client.id", "dray-" + options.name},
        {"tls", "security.protocol", protocol},
        {"confirm_ms_max", "message.timeout.ms", std::to_string(options.confirm_ms_max)},
        {"name", "enable.idempotence", "true"},
        {"name", "acks", "all"},
    };
    if (has_user) {
        settings.push_back({"sasl", "sasl.mechanism", word(options.sasl)});
        settings.push_back({"user", "sasl.username", options.user});
        settings.push_back({"password_file", "sasl.password", password});
    }
    if (!tls.ca_file.empty()) settings.push_back({"ca_file", "ssl.ca.location", tls.ca_file});
    if (!tls.certificate.certificate_file.empty()) {
        settings.push_back(
            {"certificate_file", "ssl.certificate.location", tls.certificate.certificate_file});
        settings.push_back({"private_key_file", "ssl.key.location", tls.certificate.private_key_file});
    }
    return settings;
}

// Where kafka_options say nothing else.
constexpr std::array kDefaults{
    std::pair{"linger.ms", "2"},
    std::pair{"partitioner", "murmur2_random"},  // the one of Kafka's own clients
    std::pair{"topic.metadata.propagation.max.ms", "5000"},
    std::pair{"reconnect.backoff.max.ms", "1000"},
};

std::string set(rd_kafka_conf_t* conf, const char* name, const char* value) {
    std::array<char, 512> why{};
    return rd_kafka_conf_set(conf, name, value, why.data(), why.size()) == RD_KAFKA_CONF_OK ? "" : why.data();
}

// Of this record, as it is, whoever asks and when.
bool is_refusal(rd_kafka_resp_err_t error) {
    switch (error) {
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD:
        case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        case RD_KAFKA_RESP_ERR__INVALID_ARG:
            return true;
        default:
            return false;
    }
}

void* as_opaque(Ticket ticket) {
    return reinterpret_cast<void*>(static_cast<std::uintptr_t>(ticket));
}

void log_line(const rd_kafka_t*, int level, const char* facility, const char* text) {
    // What is wrong comes as an error, too, and is told by the sink.
    if (level <= kSyslogNotice)
        reactor::log(reactor::LogLevel::kDebug, "librdkafka", {{"facility", facility}, {"says", text}});
}

}  // namespace

void KafkaTarget::FreeProducer::operator()(rd_kafka_s* producer) const {
    rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_destroy(producer);
}

void KafkaTarget::FreeQueue::operator()(rd_kafka_queue_s* queue) const {
    rd_kafka_queue_io_event_enable(queue, -1, nullptr, 0);
    rd_kafka_queue_destroy(queue);
}

void KafkaTarget::FreeConf::operator()(rd_kafka_conf_s* conf) const {
    rd_kafka_conf_destroy(conf);
}

KafkaTarget::KafkaTarget(TargetNeeds needs)
    : options_(needs.options),
      password_(std::move(needs.password)),
      events_(needs.events),
      bell_(needs.bell),
      topic_(*TopicTemplate::parse(options_.topic, Letters::kKafkaName)),
      key_(*TopicTemplate::parse(options_.key, Letters::kAsTheyAre)) {}

KafkaTarget::~KafkaTarget() = default;

std::optional<SinkMistake> KafkaTarget::configure(const SinkOptions& options, const std::string& password,
                                                  rd_kafka_conf_s* conf) {
    for (const auto& [name, value] : kDefaults) set(conf, name, value);
    const std::vector<Setting> settings = settings_of(options, password);
    for (const std::string& each : options.kafka_options) {
        const std::size_t equals = each.find('=');
        if (equals == std::string::npos)
            return SinkMistake{"kafka_options", "'" + each + "' is not NAME=VALUE"};
        const std::string name = each.substr(0, equals);
        if (name.find("password") != std::string::npos)
            return SinkMistake{"kafka_options",
                               "'" + name + "' has no place here: that is what password_file is for"};
        const auto ours = std::ranges::find(settings, name, &Setting::name);
        if (ours != settings.end())
            return SinkMistake{"kafka_options", "'" + name + "' is the sink's own business"};
        if (std::string why = set(conf, name.c_str(), each.c_str() + equals + 1); !why.empty())
            return SinkMistake{"kafka_options", std::move(why)};
    }
    for (const Setting& setting : settings) {
        if (std::string why = set(conf, setting.name, setting.value.c_str()); !why.empty())
            return SinkMistake{setting.option, std::move(why)};
    }
    return std::nullopt;
}

std::optional<SinkMistake> KafkaTarget::find_mistake(const SinkOptions& options) {
    const Conf conf(rd_kafka_conf_new());
    return configure(options, "", conf.get());
}

std::string KafkaTarget::connect(const std::atomic<bool>& stopping) {
    stopping_ = &stopping;
    Conf conf(rd_kafka_conf_new());
    if (const auto mistake = configure(options_, password_, conf.get()))
        return mistake->option + ": " + mistake->what;
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
    rd_kafka_conf_set_error_cb(conf.get(), on_error);
    rd_kafka_conf_set_log_cb(conf.get(), log_line);
    std::array<char, 512> why{};
    producer_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size()));
    if (!producer_) return why.data();
    conf.release();  // NOLINT(bugprone-unused-return-value): it is the producer's now
    queue_.reset(rd_kafka_queue_get_main(producer_.get()));
    static constexpr std::uint64_t kRing = 1;
    rd_kafka_queue_io_event_enable(queue_.get(), bell_, &kRing, sizeof kRing);
    return reach();
}

// Whether a broker answers; else why none does.
std::string KafkaTarget::reach() {
    using Clock = std::chrono::steady_clock;
    const bool was_unreached = is_unreached_;
    auto end = Clock::now() + (was_unreached ? kAllAwayWait : kReachWait);
    while (!*stopping_ && Clock::now() < end) {
        if (is_unreached_ != was_unreached) end = std::min(end, Clock::now() + kAllAwayWait);
        const rd_kafka_metadata_t* metadata = nullptr;
        const rd_kafka_resp_err_t error =
            rd_kafka_metadata(producer_.get(), 0, nullptr, &metadata, static_cast<int>(kReachStep.count()));
        if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
        rd_kafka_poll(producer_.get(), 0);
        if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
            is_unreached_ = false;
            return {};
        }
        if (last_error_.empty()) last_error_ = rd_kafka_err2str(error);
    }
    return last_error_.empty() ? "no broker answers" : last_error_;
}

void KafkaTarget::lose(const std::string& why) {
    if (std::exchange(is_lost_, true)) return;
    events_.on_lost(why, false);
}

void KafkaTarget::on_error(rd_kafka_s* producer, int error, const char* reason, void* self) {
    auto& target = *static_cast<KafkaTarget*>(self);
    if (error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        target.is_unreached_ = true;
        return;
    }
    target.last_error_ = reason;
    if (error != RD_KAFKA_RESP_ERR__FATAL) return;
    std::array<char, 512> why{};
    rd_kafka_fatal_error(producer, why.data(), why.size());
    target.lose(why.data());
}

void KafkaTarget::on_delivery(rd_kafka_s*, const rd_kafka_message_s* message, void* self) {
    static_cast<KafkaTarget*>(self)->delivered(*message);
}

void KafkaTarget::delivered(const rd_kafka_message_s& message) {
    if (is_lost_) return;
    const auto ticket = static_cast<Ticket>(reinterpret_cast<std::uintptr_t>(message._private));
    if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR) return events_.on_taken(ticket);
    const std::string why = rd_kafka_err2str(message.err);
    const char* const topic = message.rkt == nullptr ? "" : rd_kafka_topic_name(message.rkt);
    if (is_refusal(message.err)) return events_.on_refused(ticket, why + " (Kafka topic " + topic + ')');
    lose(why + " (Kafka topic " + topic + (last_error_.empty() ? "" : "; " + last_error_) + ')');
}

void KafkaTarget::give(const Record& record, Instant) {
    const std::string topic = topic_.fill(record.topic);
    if (const auto why = mistake_in_kafka_topic(topic); !why.empty())
        return events_.on_refused(record.ticket, why);
    const std::string key = key_.fill(record.topic);
    const std::vector<KafkaHeader> list = kafka_headers(record);
    rd_kafka_headers_t* const headers = rd_kafka_headers_new(list.size());
    for (const KafkaHeader& header : list)
        rd_kafka_header_add(headers, header.name.data(), static_cast<ssize_t>(header.name.size()),
                            header.value.data(), static_cast<ssize_t>(header.value.size()));
    // An empty payload is an empty value; none would be a tombstone.
    const std::string_view payload = record.payload.empty() ? std::string_view("") : as_text(record.payload);
    std::array<rd_kafka_vu_t, 7> fields{};
    fields[0].vtype = RD_KAFKA_VTYPE_TOPIC;
    fields[0].u.cstr = topic.c_str();
    fields[1].vtype = RD_KAFKA_VTYPE_VALUE;
    fields[1].u.mem = {const_cast<char*>(payload.data()), payload.size()};
    fields[2].vtype = RD_KAFKA_VTYPE_KEY;
    fields[2].u.mem = {key.empty() ? nullptr : const_cast<char*>(key.data()), key.size()};
    fields[3].vtype = RD_KAFKA_VTYPE_MSGFLAGS;
    fields[3].u.i = RD_KAFKA_MSG_F_COPY;
    fields[4].vtype = RD_KAFKA_VTYPE_TIMESTAMP;
    fields[4].u.i64 = record.at.ms;
    fields[5].vtype = RD_KAFKA_VTYPE_OPAQUE;
    fields[5].u.ptr = as_opaque(record.ticket);
    fields[6].vtype = RD_KAFKA_VTYPE_HEADERS;
    fields[6].u.headers = headers;
    rd_kafka_error_t* const error = rd_kafka_produceva(producer_.get(), fields.data(), fields.size());
    if (error == nullptr) return;
    rd_kafka_headers_destroy(headers);  // not taken over
    const rd_kafka_resp_err_t code = rd_kafka_error_code(error);
    const std::string why = rd_kafka_error_string(error) + (" (Kafka topic " + topic + ')');
    rd_kafka_error_destroy(error);
    if (is_refusal(code)) return events_.on_refused(record.ticket, why);
    lose(why);
}

void KafkaTarget::serve(Instant) {
    while (!is_lost_ && rd_kafka_poll(producer_.get(), 0) > 0) {
    }
    if (is_lost_ || !is_unreached_) return;
    if (const std::string why = reach(); !why.empty() && !*stopping_) lose(why);
}

}  // namespace dray::sink
