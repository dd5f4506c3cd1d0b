// The keys of [[bridge]] and [[sink]].
#include <array>

#include "app/config_table.h"

namespace dray::app {

namespace {

using bridge::BridgeOptions;
using bridge::TopicRule;
using net::CertificateFiles;
using sink::SinkOptions;

template <auto Member>
Slot of_bridge(BridgeOptions& bridge) {
    return &(bridge.*Member);
}
template <auto Member>
Slot file_of_bridge(BridgeOptions& bridge) {
    return &(bridge.tls_settings.certificate.*Member);
}
Slot authority_of_bridge(BridgeOptions& bridge) {
    return &bridge.tls_settings.ca_file;
}
template <auto Member>
Slot of_rule(TopicRule& rule) {
    return &(rule.*Member);
}
template <auto Member>
Slot of_sink(SinkOptions& sink) {
    return &(sink.*Member);
}
template <auto Member>
Slot file_of_sink(SinkOptions& sink) {
    return &(sink.tls_settings.certificate.*Member);
}
Slot authority_of_sink(SinkOptions& sink) {
    return &sink.tls_settings.ca_file;
}

constexpr std::array kBridgeRows{
    Row<BridgeOptions>{of_bridge<&BridgeOptions::name>,
                       {"name", "for logs, metrics and the session here: client $bridge.<name>"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::address>, {"address", "HOST:PORT of the other broker"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::version>,
                       {"version", "of MQTT that is spoken there; with 3.1.1 no properties cross"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::remote_site>,
                       {"remote_site", "its site, so that loops end before they begin; \"\" = not known"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::tls>, {"tls", "whether TLS is spoken there"}},
    Row<BridgeOptions>{authority_of_bridge,
                       {"ca_file", "PEM: who may have signed its certificate; \"\" = the system's"}},
    Row<BridgeOptions>{file_of_bridge<&CertificateFiles::certificate_file>,
                       {"certificate_file", "PEM: shown there if it asks for one; \"\" = none"}},
    Row<BridgeOptions>{file_of_bridge<&CertificateFiles::private_key_file>, {"private_key_file", "PEM"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::client_id>,
                       {"client_id", "there, where no other client may have it; \"\" = dray-<name>"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::user>, {"user", "there; \"\" = none is shown"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::password_file>,
                       {"password_file", "the password is its first line; \"\" = none"}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::keep_alive_s>,
                       {"keep_alive_s", "half of it is between two pings; 0 = none", "seconds", 0, k16}},
    Row<BridgeOptions>{
        of_bridge<&BridgeOptions::unacknowledged_max>,
        {"unacknowledged_max",
         "on their way there at once; 0 = as many as it takes, which with 3.1.1 it cannot say: then 20",
         "messages", 0, k16}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::retry_ms_min>,
                       {"retry_ms_min",
                        "at most before the second attempt to connect; doubles each time, and is drawn from "
                        "the upper half",
                        "milliseconds", 1, kDelayMsMax}},
    Row<BridgeOptions>{of_bridge<&BridgeOptions::retry_ms_max>,
                       {"retry_ms_max", "the longest such wait", "milliseconds", 1, kDelayMsMax}},
};

constexpr std::array kRuleRows{
    Row<TopicRule>{of_rule<&TopicRule::filter>, {"filter", "what crosses; behind the prefix, on both sides"}},
    Row<TopicRule>{of_rule<&TopicRule::direction>,
                   {"direction", "from here (out), from there (in), or both"}},
    Row<TopicRule>{of_rule<&TopicRule::qos>, {"qos", "the most; less stays what it is", "QoS", 0, 2}},
    Row<TopicRule>{of_rule<&TopicRule::local_prefix>, {"local_prefix", "of the topics here"}},
    Row<TopicRule>{of_rule<&TopicRule::remote_prefix>, {"remote_prefix", "of the topics there"}},
};

constexpr std::array kSinkRows{
    Row<SinkOptions>{of_sink<&SinkOptions::name>,
                     {"name", "for logs, metrics and the session here, of user $sink.<name>"}},
    Row<SinkOptions>{of_sink<&SinkOptions::kind>,
                     {"kind", "a Kafka cluster, or a server of AMQP 0-9-1 (RabbitMQ)"}},
    Row<SinkOptions>{of_sink<&SinkOptions::stream>, {"stream", "whose messages go there"}},
    Row<SinkOptions>{of_sink<&SinkOptions::filter>, {"filter", "of topics; \"\" = all of the stream"}},
    Row<SinkOptions>{
        of_sink<&SinkOptions::from>,
        {"from",
         "where it begins the first time: \"earliest\", \"latest\", an offset, or \"@\" and a time; "
         "another value begins anew"}},
    Row<SinkOptions>{
        of_sink<&SinkOptions::brokers>,
        {"brokers", "of kind \"kafka\": HOST:PORT of one or more of the cluster, commas between"}},
    Row<SinkOptions>{
        of_sink<&SinkOptions::topic>,
        {"topic", "of kind \"kafka\": the topic there; {topic} and {topic.N} stand for the message's"}},
    Row<SinkOptions>{
        of_sink<&SinkOptions::key>,
        {"key", "of kind \"kafka\", the same way: what has one key keeps its order; \"\" = none"}},
    Row<SinkOptions>{of_sink<&SinkOptions::sasl>,
                     {"sasl", "of kind \"kafka\": how the user proves who he is"}},
    Row<SinkOptions>{of_sink<&SinkOptions::kafka_options>,
                     {"kafka_options", "of kind \"kafka\": librdkafka's own, as \"compression.type=lz4\""}},
    Row<SinkOptions>{of_sink<&SinkOptions::tls>, {"tls", "of kind \"kafka\": whether TLS is spoken there"}},
    Row<SinkOptions>{of_sink<&SinkOptions::user>, {"user", "of kind \"kafka\"; \"\" = none is shown"}},
    Row<SinkOptions>{of_sink<&SinkOptions::url>,
                     {"url", "of kind \"amqp\": amqp://USER@HOST:PORT/VHOST, or amqps:// for TLS"}},
    Row<SinkOptions>{of_sink<&SinkOptions::exchange>,
                     {"exchange", "of kind \"amqp\", which must be there; \"\" = the default one"}},
    Row<SinkOptions>{of_sink<&SinkOptions::routing_key>,
                     {"routing_key", "of kind \"amqp\": as the topic of \"kafka\"; '/' becomes '.'"}},
    Row<SinkOptions>{authority_of_sink,
                     {"ca_file", "PEM: who may have signed its certificate; \"\" = the system's"}},
    Row<SinkOptions>{file_of_sink<&CertificateFiles::certificate_file>,
                     {"certificate_file", "PEM: shown there if it asks for one; \"\" = none"}},
    Row<SinkOptions>{file_of_sink<&CertificateFiles::private_key_file>, {"private_key_file", "PEM"}},
    Row<SinkOptions>{of_sink<&SinkOptions::password_file>,
                     {"password_file", "the password is its first line; \"\" = none"}},
    Row<SinkOptions>{
        of_sink<&SinkOptions::on_refused>,
        {"on_refused",
         "what a message does that is refused for good: all stop before it, or it becomes a dead letter"}},
    Row<SinkOptions>{of_sink<&SinkOptions::dead_letter_queue>,
                     {"dead_letter_queue", "where to; made if it is not there; \"\" = <name>.refused"}},
    Row<SinkOptions>{of_sink<&SinkOptions::unacknowledged_max>,
                     {"unacknowledged_max",
                      "on their way at once, within limits.inflight_messages_max; as many may come twice",
                      "messages", 1, k16}},
    Row<SinkOptions>{of_sink<&SinkOptions::confirm_ms_max>,
                     {"confirm_ms_max", "without a confirmation, then the connection is given up",
                      "milliseconds", 1000, 900'000}},
    Row<SinkOptions>{of_sink<&SinkOptions::retry_ms_min>,
                     {"retry_ms_min", "as a bridge's", "milliseconds", 1, kDelayMsMax}},
    Row<SinkOptions>{of_sink<&SinkOptions::retry_ms_max>,
                     {"retry_ms_max", "as a bridge's", "milliseconds", 1, kDelayMsMax}},
};

}  // namespace

template <>
std::span<const Row<BridgeOptions>> rows() {
    return kBridgeRows;
}

template <>
std::span<const Row<TopicRule>> rows() {
    return kRuleRows;
}

template <>
std::span<const Row<SinkOptions>> rows() {
    return kSinkRows;
}

}  // namespace dray::app
