// How a sink is declared: [[sink]] in the configuration. It gives the messages of a stream to a Kafka cluster
// or to an AMQP 0-9-1 server, such as RabbitMQ.
//
//     kind = "kafka"   brokers, topic, key, sasl, kafka_options, tls, user
//     kind = "amqp"    url (which says whether TLS, where, and as who), exchange, routing_key
//
// Pure values and functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/tls_context.h"

namespace dray::sink {

enum class Kind : std::uint8_t { kNone, kKafka, kAmqp };
enum class OnRefused : std::uint8_t { kStop, kDeadLetter };
enum class Sasl : std::uint8_t { kPlain, kScramSha256, kScramSha512 };

struct SinkOptions {
    std::string name;
    Kind kind = Kind::kNone;
    // --- what it reads here ---
    std::string stream;
    std::string filter;             // of topics; empty = all
    std::string from = "earliest";  // where its first reading begins
    // --- Kafka ---
    std::string brokers;                     // HOST:PORT, HOST:PORT
    std::string topic;                       // templates (topic_template.h)
    std::string key = "{topic}";             // empty = none
    Sasl sasl = Sasl::kPlain;                // if there is a user
    std::vector<std::string> kafka_options;  // librdkafka's own: "compression.type=lz4"
    bool tls = false;
    std::string user;  // empty = none is shown
    // --- AMQP ---
    std::string url;  // amqp://user@host:5672/vhost, or amqps
    std::string exchange = "amq.topic";
    std::string routing_key = "{topic}";
    // --- either ---
    net::ClientTlsSettings tls_settings;
    std::string password_file;  // its first line; empty = none
    OnRefused on_refused = OnRefused::kStop;
    std::string dead_letter_queue;           // empty = <name>.refused
    std::uint16_t unacknowledged_max = 512;  // messages on their way at once
    std::uint32_t confirm_ms_max = 30'000;   // then the connection is given up
    std::uint32_t retry_ms_min = 500;
    std::uint32_t retry_ms_max = 30'000;
};

struct SinkMistake {
    std::string option;  // its name in SinkOptions
    std::string what;
};
std::optional<SinkMistake> find_mistake(const SinkOptions& options);

bool speaks_tls(const SinkOptions& options);

// As who the sink is a client of this broker: $sink.<name>.
std::string local_name(const SinkOptions& options);
// What it subscribes to: $stream/<stream>/<from>/<filter>.
std::string local_filter(const SinkOptions& options);
// Its session there keeps the offset; another stream, filter or beginning is another session.
std::string local_client_id(const SinkOptions& options);

// Where refused messages go with on_refused = "dead-letter": to this topic, their own behind it ...
std::string dead_letter_prefix(const SinkOptions& options);
// ... which this queue takes.
std::string dead_letter_queue(const SinkOptions& options);

// Where it leads to, for people: "kafka host:9092", "amqp host/vhost"; without secrets.
std::string destination(const SinkOptions& options);

}  // namespace dray::sink
