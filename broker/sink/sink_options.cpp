#include "sink/sink_options.h"

#include <algorithm>

#include "mqtt/topic.h"
#include "net/address.h"
#include "sink/amqp_url.h"
#include "sink/target.h"
#include "sink/topic_template.h"

namespace dray::sink {

namespace {

constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kExchangeBytesMax = 255;

bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= kNameBytesMax && name.find('/') == std::string::npos &&
           mqtt::is_valid_topic_name(name);
}

std::string mistake_in_brokers(std::string_view brokers) {
    if (brokers.empty()) return "is missing: HOST:PORT of one or more brokers of the cluster";
    while (!brokers.empty()) {
        const std::size_t comma = std::min(brokers.find(','), brokers.size());
        std::string_view one = brokers.substr(0, comma);
        brokers.remove_prefix(std::min(comma + 1, brokers.size()));
        one.remove_prefix(std::min(one.find_first_not_of(' '), one.size()));
        const auto where = net::HostPort::parse(one);
        if (!where || where->host.empty() || where->port == 0)
            return "'" + std::string(one) + "' is not HOST:PORT; commas separate several";
    }
    return {};
}

std::string mistake_in_template(const std::string& text, Letters letters) {
    const auto parsed = TopicTemplate::parse(text, letters);
    if (!parsed) return parsed.error().what;
    // What stands around the topic's part.
    if (letters != Letters::kKafkaName) return {};
    return std::string(mistake_in_kafka_topic(parsed->fill("0/1/2/3/4/5/6/7")));
}

std::optional<SinkMistake> mistake_in_kafka(const SinkOptions& options) {
    if (std::string wrong = mistake_in_brokers(options.brokers); !wrong.empty())
        return SinkMistake{"brokers", std::move(wrong)};
    if (options.topic.empty())
        return SinkMistake{"topic", "is missing: a Kafka topic, in which {topic} stands for the message's"};
    if (std::string wrong = mistake_in_template(options.topic, Letters::kKafkaName); !wrong.empty())
        return SinkMistake{"topic", std::move(wrong)};
    if (std::string wrong = mistake_in_template(options.key, Letters::kAsTheyAre); !wrong.empty())
        return SinkMistake{"key", std::move(wrong)};
    if (!options.url.empty()) return SinkMistake{"url", "means nothing here: it belongs to kind \"amqp\""};
    if (options.user.empty() && !options.password_file.empty())
        return SinkMistake{"user", "is missing: it belongs to the password_file"};
    const net::ClientTlsSettings& tls = options.tls_settings;
    if (!options.tls && (!tls.certificate.certificate_file.empty() || !tls.ca_file.empty()))
        return SinkMistake{"tls", "must be true for ca_file and certificate_file to mean something"};
    return std::nullopt;
}

std::optional<SinkMistake> mistake_in_amqp(const SinkOptions& options) {
    if (options.url.empty())
        return SinkMistake{"url", "is missing: amqp://USER@HOST:PORT/VHOST, or amqps://"};
    const auto url = parse_amqp_url(options.url);
    if (!url) return SinkMistake{"url", url.error().what};
    if (options.exchange.size() > kExchangeBytesMax)
        return SinkMistake{"exchange", "must not have more than 255 bytes"};
    if (std::string wrong = mistake_in_template(options.routing_key, Letters::kDots); !wrong.empty())
        return SinkMistake{"routing_key", std::move(wrong)};
    const auto is_kafkas = [](const char* option) {
        return SinkMistake{option, "means nothing here: it belongs to kind \"kafka\""};
    };
    if (!options.brokers.empty()) return is_kafkas("brokers");
    if (!options.topic.empty()) return is_kafkas("topic");
    if (!options.kafka_options.empty()) return is_kafkas("kafka_options");
    if (!options.user.empty()) return SinkMistake{"user", "stands in the url: amqp://USER@HOST"};
    if (options.tls) return SinkMistake{"tls", "is what a url that begins with amqps:// says"};
    const net::ClientTlsSettings& tls = options.tls_settings;
    if (!url->tls && (!tls.certificate.certificate_file.empty() || !tls.ca_file.empty()))
        return SinkMistake{"url",
                           "must begin with amqps:// for ca_file and certificate_file to mean something"};
    return std::nullopt;
}

std::optional<SinkMistake> mistake_in_reading(const SinkOptions& options) {
    if (options.stream.empty()) return SinkMistake{"stream", "is missing: whose messages it gives away"};
    if (!is_name(options.stream)) return SinkMistake{"stream", "is no name of a stream"};
    if (!options.filter.empty() && !mqtt::is_valid_topic_filter(options.filter))
        return SinkMistake{"filter", "must be a topic filter"};
    if (options.from.empty() || options.from.find_first_of("/+#") != std::string::npos)
        return SinkMistake{"from", "must be \"earliest\", \"latest\", an offset, or \"@\" and a time"};
    return std::nullopt;
}

}  // namespace

std::optional<SinkMistake> find_mistake(const SinkOptions& options) {
    if (!is_name(options.name)) return SinkMistake{"name", "must be 1 to 200 bytes without '/', '+' and '#'"};
    if (!has_targets()) return SinkMistake{"kind", "this program was built without sinks (-DDRAY_SINKS=OFF)"};
    if (options.kind == Kind::kNone) return SinkMistake{"kind", "is missing: \"kafka\" or \"amqp\""};
    if (auto mistake = mistake_in_reading(options)) return mistake;
    const bool is_kafka = options.kind == Kind::kKafka;
    if (auto mistake = is_kafka ? mistake_in_kafka(options) : mistake_in_amqp(options)) return mistake;
    const net::CertificateFiles& shown = options.tls_settings.certificate;
    if (shown.certificate_file.empty() != shown.private_key_file.empty())
        return SinkMistake{"certificate_file", "and private_key_file belong together"};
    if (options.retry_ms_max < options.retry_ms_min)
        return SinkMistake{"retry_ms_max", "must not be less than retry_ms_min"};
    if (options.on_refused == OnRefused::kStop && !options.dead_letter_queue.empty())
        return SinkMistake{"dead_letter_queue", "needs on_refused = \"dead-letter\""};
    if (!options.dead_letter_queue.empty() && !is_name(options.dead_letter_queue))
        return SinkMistake{"dead_letter_queue", "is no name of a queue"};
    return mistake_in_target(options);
}

bool speaks_tls(const SinkOptions& options) {
    const auto url = parse_amqp_url(options.url);
    return options.tls || (url && url->tls);
}

std::string local_name(const SinkOptions& options) {
    return "$sink." + options.name;
}

std::string local_filter(const SinkOptions& options) {
    const std::string filter = "$stream/" + options.stream + '/' + options.from;
    return options.filter.empty() ? filter : filter + '/' + options.filter;
}

std::string local_client_id(const SinkOptions& options) {
    return local_name(options) + ':' + local_filter(options).substr(std::string_view("$stream/").size());
}

std::string dead_letter_prefix(const SinkOptions& options) {
    return "sink/" + options.name + "/refused/";
}

std::string dead_letter_queue(const SinkOptions& options) {
    return options.dead_letter_queue.empty() ? options.name + ".refused" : options.dead_letter_queue;
}

std::string destination(const SinkOptions& options) {
    if (options.kind == Kind::kKafka) return "kafka " + options.brokers;
    const auto url = parse_amqp_url(options.url);
    if (!url) return "amqp";
    return "amqp " + url->host + ':' + std::to_string(url->port) + " vhost " + url->virtual_host;
}

}  // namespace dray::sink
