#include "sink/sink_options.h"

#include <gtest/gtest.h>

namespace dray::sink {
namespace {

SinkOptions kafka() {
    SinkOptions options;
    options.name = "orders";
    options.kind = Kind::kKafka;
    options.stream = "events";
    options.brokers = "one.example.com:9092, two.example.com:9092";
    options.topic = "dray-{topic.0}";
    return options;
}

SinkOptions amqp() {
    SinkOptions options;
    options.name = "orders";
    options.kind = Kind::kAmqp;
    options.stream = "events";
    options.url = "amqps://dray@rabbit.example.com/site";
    return options;
}

std::string mistake(const SinkOptions& options) {
    const auto found = find_mistake(options);
    return found ? found->option + ' ' + found->what : "";
}

template <typename Change>
std::string mistake(SinkOptions options, Change change) {
    change(options);
    return mistake(options);
}

TEST(SinkOptions, AreCheckedAsAWhole) {
    using Options = SinkOptions&;
    EXPECT_EQ(mistake(kafka()), "");
    EXPECT_EQ(mistake(amqp()), "");
    EXPECT_EQ(mistake(SinkOptions()), "name must be 1 to 200 bytes without '/', '+' and '#'");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.kind = Kind::kNone; }),
              "kind is missing: \"kafka\" or \"amqp\"");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.stream.clear(); }),
              "stream is missing: whose messages it gives away");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.filter = "a/#/b"; }), "filter must be a topic filter");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.from = "a/b"; }),
              "from must be \"earliest\", \"latest\", an offset, or \"@\" and a time");
    EXPECT_EQ(
        mistake(kafka(), [](Options sink) { sink.tls_settings.certificate.certificate_file = "a.pem"; }),
        "tls must be true for ca_file and certificate_file to mean something");
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.tls_settings.certificate.certificate_file = "a.pem"; }),
              "certificate_file and private_key_file belong together");
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.dead_letter_queue = "x"; }),
              "dead_letter_queue needs on_refused = \"dead-letter\"");
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.retry_ms_max = 1; }),
              "retry_ms_max must not be less than retry_ms_min");
}

TEST(SinkOptions, OfKafkaAreThoseOfKafka) {
    using Options = SinkOptions&;
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.brokers = "one"; }),
              "brokers 'one' is not HOST:PORT; commas separate several");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.topic = "a b"; }),
              "topic its name has other letters than the a-z, A-Z, 0-9, '.', '_' and '-' of a Kafka topic's");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.key = "{"; }), "key has a '{' without its '}'");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.url = "amqp://a"; }),
              "url means nothing here: it belongs to kind \"amqp\"");
    EXPECT_EQ(mistake(kafka(), [](Options sink) { sink.password_file = "p"; }),
              "user is missing: it belongs to the password_file");
}

TEST(SinkOptions, OfLibrdkafkaAreAskedOfIt) {
    using Options = SinkOptions&;
    const auto with = [](std::string option) {
        return mistake(kafka(), [&](Options sink) { sink.kafka_options = {std::move(option)}; });
    };
    EXPECT_EQ(with("compression.type=lz4"), "");
    EXPECT_EQ(with("compression.type"), "kafka_options 'compression.type' is not NAME=VALUE");
    EXPECT_EQ(with("acks=0"), "kafka_options 'acks' is the sink's own business");
    EXPECT_EQ(with("sasl.password=x"),
              "kafka_options 'sasl.password' has no place here: that is what password_file is for");
    EXPECT_NE(with("compression.type=bzip"), "");
    EXPECT_NE(with("no.such.thing=1"), "");
}

TEST(SinkOptions, OfAmqpAreThoseOfAmqp) {
    using Options = SinkOptions&;
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.url.clear(); }),
              "url is missing: amqp://USER@HOST:PORT/VHOST, or amqps://");
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.user = "dray"; }),
              "user stands in the url: amqp://USER@HOST");
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.tls = true; }),
              "tls is what a url that begins with amqps:// says");
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.topic = "x"; }),
              "topic means nothing here: it belongs to kind \"kafka\"");
    EXPECT_EQ(mistake(amqp(), [](Options sink) { sink.routing_key = "{x}"; }),
              "routing_key knows {topic} and its levels {topic.0}, {topic.1}, ... only, not {x}");
}

TEST(SinkOptions, NameTheSessionByWhatItReads) {
    SinkOptions options = amqp();
    EXPECT_EQ(local_name(options), "$sink.orders");
    EXPECT_EQ(local_filter(options), "$stream/events/earliest");
    EXPECT_EQ(local_client_id(options), "$sink.orders:events/earliest");
    options.filter = "order/+";
    options.from = "17";
    EXPECT_EQ(local_filter(options), "$stream/events/17/order/+");
    EXPECT_EQ(local_client_id(options), "$sink.orders:events/17/order/+");
    EXPECT_EQ(dead_letter_queue(options), "orders.refused");
    EXPECT_EQ(destination(options), "amqp rabbit.example.com:5671 vhost site");
}

}  // namespace
}  // namespace dray::sink
