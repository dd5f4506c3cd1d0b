#include "app/config_table.h"

#include <array>

#include "session/sent_aliases.h"
#include "shard/link_id.h"

namespace dray::app {

namespace {

using auth::AccessRole;
using net::CertificateFiles;
using net::NamedCertificate;
using net::TlsSettings;
using shard::QueueOptions;
using shard::StreamOptions;

constexpr std::uint64_t kTimeMsMax = 1ULL << 42;       // more than a century
constexpr std::uint64_t kMqttPacketMax = 268'435'460;  // the longest that the wire can say

template <auto Member>
Slot own(Config& config) {
    return &(config.*Member);
}
template <auto Member>
Slot bind(Config& config) {
    return BindSlot{&(config.*Member)};
}
template <auto Member>
Slot limit(Config& config) {
    return &(config.limits.*Member);
}
template <auto Member>
Slot ceiling(Config& config) {
    return &(config.ceilings.*Member);
}
template <auto Member>
Slot of_listener(ListenerConfig& listener) {
    return &(listener.*Member);
}
Slot bind_of_listener(ListenerConfig& listener) {
    return BindSlot{&listener.bind};
}
Slot mode_of_listener(ListenerConfig& listener) {
    return ModeSlot{&listener.socket_mode};
}
template <auto Member>
Slot tls_of_listener(ListenerConfig& listener) {
    return &(listener.tls.*Member);
}
template <auto Member>
Slot file_of_listener(ListenerConfig& listener) {
    return &(listener.tls.certificate.*Member);
}
template <auto Member>
Slot file_of_all(Config& config) {
    return &(config.certificate.*Member);
}
template <auto Member>
Slot file_of_name(net::NamedCertificate& certificate) {
    return &(certificate.files.*Member);
}
Slot name_of_certificate(net::NamedCertificate& certificate) {
    return &certificate.name;
}
template <auto Member>
Slot of_queue(QueueOptions& queue) {
    return &(queue.*Member);
}
template <auto Member>
Slot of_stream(StreamOptions& stream) {
    return &(stream.*Member);
}

template <auto Member>
Slot of_role(AccessRole& role) {
    return &(role.*Member);
}
constexpr std::array kRows{
    Row<Config>{
        own<&Config::threads>,
        {"threads", "shards, one thread each; 0 = one per processor", "threads", 0, shard::kShardsMax}},
    Row<Config>{
        own<&Config::poller>,
        {"poller",
         "what threads wait with: io_uring, which is cheaper while lone messages come and needs Linux "
         "6.12 and leave to use it; epoll; or auto: io_uring where it can be used"}},
    Row<Config>{
        own<&Config::gather_us>,
        {"gather_us",
         "while lone messages come in close succession, how long they may wait so that several share a "
         "wake-up, which costs as much as all else; 0 = each is served at once",
         "microseconds", 0, 10'000}},
    Row<Config>{
        own<&Config::consolidate>,
        {"consolidate",
         "while so little comes that threads would only wake each other, one of them serves all shards"}},
    Row<Config>{own<&Config::data_dir>, {"data_dir", "where state is kept; \"\" = nothing is kept on disk"}},
    Row<Config>{
        own<&Config::durability>,
        {"durability",
         "what an acknowledgement promises when data_dir is set: the message is on the disk (fsync), "
         "with the operating system (os: a loss of power may lose it), or in memory (nothing is kept)"}},

    Row<Config>{
        own<&Config::server_reference>,
        {"server_reference",
         "HOST:PORT of another broker, named to 5.0 clients on shutdown and by redirect; \"\" = none"}},
    Row<Config>{own<&Config::redirect>, {"redirect", "whether new clients are sent to server_reference"}},
    Row<Config>{
        own<&Config::drain_ms>,
        {"drain_ms",
         "SIGTERM, as drayctl drain, takes no more clients and sends those that there are away evenly "
         "over so long; 0 = all at once",
         "milliseconds", 0, 3'600'000}},
    Row<Config>{
        own<&Config::site>,
        {"site",
         "what this broker is called among those that bridges connect, by which a message finds that it "
         "has been here; \"\" = a random name for each start"}},
    Row<Config>{own<&Config::response_prefix>,
                {"response_prefix",
                 "clients that ask for Response Information get <prefix>/<client id>/; \"\" = none"}},
    Row<Config>{own<&Config::shared_choice>,
                {"shared.choice", "which member of a shared subscription gets the next message"}},
    Row<Config>{own<&Config::password_file>,
                {"auth.password_file",
                 "users and SCRAM-SHA-256 verifiers, as drayd --hash-password prints them; \"\" = none"}},

    Row<Config>{own<&Config::jwt_key_file>,
                {"auth.jwt_key_file",
                 "whose signatures make a token (JWT) in place of the password valid: a JWK set, a public "
                 "key in PEM, "
                 "or a secret; \"\" = none is taken"}},
    Row<Config>{own<&Config::jwt_issuer>, {"auth.jwt_issuer", "what its iss has to be; \"\" = anything"}},
    Row<Config>{own<&Config::jwt_audience>, {"auth.jwt_audience", "what its aud has to be; \"\" = anything"}},
    Row<Config>{
        own<&Config::acl_file>,
        {"auth.acl_file",
         "who may publish and subscribe what, as mosquitto's acl_file has it; \"\" = none. With this or "
         "with [[access]], what nothing allows is refused"}},

    Row<Config>{bind<&Config::admin_bind>,
                {"admin.bind",
                 "HTTP for operators: drayctl, /metrics, /healthz, /readyz; \"\" = none. Off by default: "
                 "whoever reaches it commands the broker"}},
    Row<Config>{own<&Config::admin_token_file>,
                {"admin.token_file",
                 "what a request has to show is the first line of that file; \"\" = nothing, which is only "
                 "possible on an address of this machine"}},
    Row<Config>{
        own<&Config::admin_operators_file>,
        {"admin.operators_file",
         "operators with a token of their own: a line for each with name, role (read or operate) and token; "
         "\"\" = none"}},
    Row<Config>{
        own<&Config::admin_client_user>,
        {"admin.client_user",
         "the user as whom the console's own client connects; the broker signs it a token. \"\" = none: "
         "it connects as any other"}},
    Row<Config>{
        own<&Config::schema_dir>,
        {"admin.schema_dir",
         "asyncapi.json and descriptors.binpb, by which the console decodes payloads; \"\" = none: it "
         "guesses"}},
    Row<Config>{
        own<&Config::console_dir>,
        {"admin.console_dir",
         "files of the operators' page; \"\" = share/dray/console beside the program's folder, if there"}},

    Row<Config>{bind<&Config::mqtt_bind>,
                {"listeners.mqtt", "MQTT over TCP; \"\" = none; port 0 lets the system choose"}},
    Row<Config>{bind<&Config::ws_bind>,
                {"listeners.ws", "MQTT over WebSocket, paths /mqtt and /; \"\" = none"}},
    Row<Config>{bind<&Config::mqtts_bind>, {"listeners.mqtts", "MQTT over TLS; \"\" = none"}},
    Row<Config>{bind<&Config::wss_bind>, {"listeners.wss", "MQTT over WebSocket over TLS; \"\" = none"}},
    Row<Config>{own<&Config::allow_anonymous>,
                {"listeners.allow_anonymous",
                 "clients without credentials may connect; unset = only on addresses of this machine"}},
    Row<Config>{file_of_all<&CertificateFiles::certificate_file>,
                {"listeners.certificate_file",
                 "PEM, with those that lead to its authority; read again on SIGHUP, as all certificates"}},
    Row<Config>{file_of_all<&CertificateFiles::private_key_file>,
                {"listeners.private_key_file", "PEM, not encrypted"}},

    Row<Config>{own<&Config::connections_max>,
                {"limits.connections_max", "of all listeners together; 0 = no limit", "connections", 0, k32}},
    Row<Config>{own<&Config::connections_per_s_max>,
                {"limits.connections_per_s_max",
                 "that each listener accepts; clients that come faster wait; 0 = no limit",
                 "connections a second", 0, k32}},
    Row<Config>{own<&Config::address_connections_per_s_max>,
                {"limits.address_connections_per_s_max",
                 "from one IPv4 address or IPv6 /64 network, to all listeners together; more are closed at "
                 "once; 0 = no limit",
                 "connections a second", 0, k32}},
    Row<Config>{
        limit<&shard::Limits::packet_bytes_max>,
        {"limits.packet_bytes_max", "larger packets close the connection", "bytes", 64, kMqttPacketMax}},
    Row<Config>{limit<&shard::Limits::inflight_messages_max>,
                {"limits.inflight_messages_max", "unacknowledged QoS 1 and 2 messages to one client",
                 "messages", 1, k16}},
    Row<Config>{
        limit<&shard::Limits::receive_messages_max>,
        {"limits.receive_messages_max", "unacknowledged QoS 2 messages from one client", "messages", 1, k16}},
    Row<Config>{limit<&shard::Limits::queue_messages_max>,
                {"limits.queue_messages_max", "waiting for one session", "messages", 1, k32}},
    Row<Config>{limit<&shard::Limits::queue_bytes_max>,
                {"limits.queue_bytes_max", "waiting for one session", "bytes", 1024, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::queue_window_bytes_max>,
                {"limits.queue_window_bytes_max",
                 "messages of one named queue in memory; more are on disk only, if data_dir is set", "bytes",
                 1024, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::parked_messages_max>,
                {"limits.parked_messages_max",
                 "of one client before 5.0, which wait until a full queue has room; more close it",
                 "messages", 0, k32}},
    Row<Config>{limit<&shard::Limits::parked_bytes_max>,
                {"limits.parked_bytes_max", "... of all such clients of a thread", "bytes", 0, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::outbox_bytes_max>,
                {"limits.outbox_bytes_max",
                 "sent to one client but not yet taken by its socket; QoS 0 beyond is discarded and counted",
                 "bytes", 1024, k32}},
    Row<Config>{limit<&shard::Limits::subscriptions_max>,
                {"limits.subscriptions_max", "of one session", "subscriptions", 1, k32}},
    Row<Config>{limit<&shard::Limits::topic_levels_max>,
                {"limits.topic_levels_max", "of a topic or filter", "levels", 1, k16}},
    Row<Config>{
        limit<&shard::Limits::delayed_s_max>,
        {"limits.delayed_s_max", "the longest delay of $delayed/<seconds>/<topic>", "seconds", 0, k32}},
    Row<Config>{limit<&shard::Limits::delayed_bytes_max>,
                {"limits.delayed_bytes_max", "delayed messages, of each thread", "bytes", 0, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::stream_tail_bytes_max>,
                {"limits.stream_tail_bytes_max", "newest messages of a stream that are in memory too",
                 "bytes", 0, 1ULL << 50}},
    Row<Config>{
        limit<&shard::Limits::stream_blocks_bytes_max>,
        {"limits.stream_blocks_bytes_max",
         "older ones, of all streams of a thread, that were just read from disk", "bytes", 0, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::stream_memory_bytes_max>,
                {"limits.stream_memory_bytes_max", "of a stream where nothing is kept on disk", "bytes", 1024,
                 1ULL << 50}},
    Row<Config>{
        limit<&shard::Limits::session_expiry_s_max>,
        {"limits.session_expiry_s_max",
         "a session without its client is kept so long at most; 4294967295 = for ever", "seconds", 0, k32}},
    Row<Config>{limit<&shard::Limits::connect_ms_max>,
                {"limits.connect_ms_max", "from accept to a whole CONNECT", "milliseconds", 100, 600'000}},
    Row<Config>{limit<&shard::Limits::user_login_failures_max>,
                {"limits.user_login_failures_max",
                 "of one user, then the next try waits; each thread counts its own; 0 = no limit", "failures",
                 0, k16}},
    Row<Config>{
        limit<&shard::Limits::address_login_failures_max>,
        {"limits.address_login_failures_max",
         "... of all users from one IPv4 address or IPv6 /64 network; 0 = no limit", "failures", 0, k16}},
    Row<Config>{limit<&shard::Limits::login_delay_ms>,
                {"limits.login_delay_ms", "after one failed login too many; doubles each time",
                 "milliseconds", 1, kDelayMsMax}},
    Row<Config>{limit<&shard::Limits::login_delay_ms_max>,
                {"limits.login_delay_ms_max", "the longest such delay; one failure is forgotten in that time",
                 "milliseconds", 1, kDelayMsMax}},
    Row<Config>{limit<&shard::Limits::keep_alive_s_max>,
                {"limits.keep_alive_s_max", "longer Keep Alives are cut to this", "seconds", 1, k16}},
    Row<Config>{limit<&shard::Limits::client_messages_per_s_max>,
                {"limits.client_messages_per_s_max",
                 "that one client may publish; whoever is faster is read more slowly; 0 = no limit",
                 "messages a second", 0, k32}},
    Row<Config>{limit<&shard::Limits::client_bytes_per_s_max>,
                {"limits.client_bytes_per_s_max", "that one client may send, the same way; 0 = no limit",
                 "bytes a second", 0, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::client_beyond_rate_ms_max>,
                {"limits.client_beyond_rate_ms_max",
                 "a client that has to be slowed down for so long without a pause is closed (5.0: 0x96); 0 = "
                 "never",
                 "milliseconds", 0, k32}},
    Row<Config>{limit<&shard::Limits::topic_aliases_max>,
                {"limits.topic_aliases_max", "that one client may define", "aliases", 0, k16}},
    Row<Config>{limit<&shard::Limits::topic_aliases_sent_max>,
                {"limits.topic_aliases_sent_max", "that the broker defines to one client that takes them",
                 "aliases", 0, session::SentAliases::kCountMax}},
    Row<Config>{
        limit<&shard::Limits::sys_interval_ms>,
        {"limits.sys_interval_ms", "between two rounds of $SYS; 0 = none", "milliseconds", 0, 3'600'000}},
    Row<Config>{ceiling<&Ceilings::memory_bytes_max>,
                {"limits.memory_bytes_max",
                 "of the whole process; near it publishers of QoS 1 and 2 are slowed, at it refused (0x97) "
                 "or made to "
                 "wait; 0 = no ceiling",
                 "bytes", 0, 1ULL << 50}},
    Row<Config>{ceiling<&Ceilings::disk_bytes_max>,
                {"limits.disk_bytes_max", "of the files in data_dir, the same way; 0 = no ceiling", "bytes",
                 0, 1ULL << 50}},
    Row<Config>{ceiling<&Ceilings::disk_free_bytes_min>,
                {"limits.disk_free_bytes_min",
                 "that the file system of data_dir is to have left, the same way; 0 = down to nothing",
                 "bytes", 0, 1ULL << 50}},
    Row<Config>{limit<&shard::Limits::books_roots_max>,
                {"limits.books_roots_max", "first levels of topics that have books of their own in $SYS",
                 "roots", 0, 4'096}},
    Row<Config>{own<&Config::websocket_message_bytes_max>,
                {"limits.websocket_message_bytes_max",
                 "a longer WebSocket message closes the connection (1009)", "bytes", 125, k32}},
    Row<Config>{
        own<&Config::http_header_bytes_max>,
        {"limits.http_header_bytes_max", "of the request that opens a WebSocket", "bytes", 512, 1024 * 1024}},

    Row<Config>{own<&Config::log_level>, {"log.level", "the least that is written"}},
    Row<Config>{own<&Config::log_format>, {"log.format", "for people, or one JSON object a line"}},
    Row<Config>{own<&Config::log_lines_per_s_max>,
                {"log.lines_per_s_max",
                 "of one thread and kind (closed connections, refusals, ...); more are counted, not written",
                 "lines", 1, 1'000'000}},
};

constexpr std::array kListenerRows{
    Row<ListenerConfig>{of_listener<&ListenerConfig::kind>, {"kind", "what is spoken there"}},
    Row<ListenerConfig>{bind_of_listener, {"bind", "HOST:PORT, or unix:/PATH for a Unix-domain socket"}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::allow_anonymous>,
        {"allow_anonymous",
         "clients without credentials may connect; unset = only on addresses of this machine, not with "
         "proxy_protocol, and not if listeners.allow_anonymous is false"}},
    Row<ListenerConfig>{file_of_listener<&CertificateFiles::certificate_file>,
                        {"certificate_file", "of kinds mqtts and wss; \"\" = listeners.certificate_file"}},
    Row<ListenerConfig>{file_of_listener<&CertificateFiles::private_key_file>, {"private_key_file", "PEM"}},
    Row<ListenerConfig>{tls_of_listener<&TlsSettings::client_ca_file>,
                        {"client_ca_file", "PEM: who may have signed the clients' certificates"}},
    Row<ListenerConfig>{
        tls_of_listener<&TlsSettings::client_certificate>,
        {"client_certificate", "whether clients show one, here or to the proxy that speaks for them"}},
    Row<ListenerConfig>{of_listener<&ListenerConfig::client_identity>,
                        {"client_identity", "what of that certificate becomes the client's user name"}},
    Row<ListenerConfig>{tls_of_listener<&TlsSettings::least>, {"tls_min", "the least version of TLS"}},
    Row<ListenerConfig>{tls_of_listener<&TlsSettings::ciphers>,
                        {"ciphers", "OpenSSL's list for TLS 1.2; \"\" = its default"}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::proxy_protocol>,
        {"proxy_protocol", "every connection begins with a PROXY protocol header, version 2"}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::connections_max>,
        {"connections_max", "of this listener; 0 = only limits.connections_max", "connections", 0, k32}},
    Row<ListenerConfig>{of_listener<&ListenerConfig::connections_per_s_max>,
                        {"connections_per_s_max", "of this listener; 0 = limits.connections_per_s_max",
                         "connections a second", 0, k32}},
    Row<ListenerConfig>{
        of_listener<&ListenerConfig::packet_bytes_max>,
        {"packet_bytes_max", "if less than limits.packet_bytes_max; 0 = that", "bytes", 0, kMqttPacketMax}},
    Row<ListenerConfig>{mode_of_listener, {"socket_mode", "permissions of a Unix-domain socket"}},
};

constexpr std::array kCertificateRows{
    Row<NamedCertificate>{name_of_certificate,
                          {"name", "the server name it is shown for; *.example.com too"}},
    Row<NamedCertificate>{file_of_name<&CertificateFiles::certificate_file>, {"certificate_file", "PEM"}},
    Row<NamedCertificate>{file_of_name<&CertificateFiles::private_key_file>, {"private_key_file", "PEM"}},
};

constexpr std::array kQueueRows{
    Row<QueueOptions>{of_queue<&QueueOptions::name>, {"name", "consumers subscribe to $queue/<name>"}},
    Row<QueueOptions>{of_queue<&QueueOptions::filters>,
                      {"filters", "topics whose messages it takes, whether or not a consumer is there"}},
    Row<QueueOptions>{of_queue<&QueueOptions::exclusive>,
                      {"exclusive", "one consumer gets all, the others stand by"}},
    Row<QueueOptions>{of_queue<&QueueOptions::ttl_ms>,
                      {"ttl_ms", "older messages expire; 0 = no limit", "milliseconds", 0, kTimeMsMax}},
    Row<QueueOptions>{of_queue<&QueueOptions::messages_max>,
                      {"messages_max", "that wait; then overflow decides", "messages", 1, 1ULL << 50}},
    Row<QueueOptions>{of_queue<&QueueOptions::bytes_max>,
                      {"bytes_max", "of messages with topic and properties", "bytes", 1024, 1ULL << 50}},
    Row<QueueOptions>{of_queue<&QueueOptions::overflow>,
                      {"overflow", "what becomes of one message too many, or of the oldest"}},
    Row<QueueOptions>{
        of_queue<&QueueOptions::deliveries_max>,
        {"deliveries_max", "then it goes to dead_letter_queue; 0 = no limit", "deliveries", 0, k32}},
    Row<QueueOptions>{
        of_queue<&QueueOptions::retry_delay_ms>,
        {"retry_delay_ms", "after a consumer's refusal; doubles each time", "milliseconds", 0, kDelayMsMax}},
    Row<QueueOptions>{of_queue<&QueueOptions::retry_delay_ms_max>,
                      {"retry_delay_ms_max", "the longest such delay", "milliseconds", 0, kDelayMsMax}},
    Row<QueueOptions>{of_queue<&QueueOptions::dead_letter_queue>,
                      {"dead_letter_queue", "where messages go that cannot be consumed; \"\" = nowhere"}},
    Row<QueueOptions>{of_queue<&QueueOptions::key>,
                      {"key",
                       "messages of one key are consumed strictly in order: \"topic\", \"topic-level:N\", "
                       "\"user-property:NAME\"; \"\" = all are independent"}},
    Row<QueueOptions>{
        of_queue<&QueueOptions::alert_messages>,
        {"alert_messages", "from so many on an alert is raised; 0 = never", "messages", 0, 1ULL << 50}},
    Row<QueueOptions>{of_queue<&QueueOptions::alert_age_ms>,
                      {"alert_age_ms", "... and when the oldest is older than this; 0 = never",
                       "milliseconds", 0, kTimeMsMax}},
};

constexpr std::array kStreamRows{
    Row<StreamOptions>{of_stream<&StreamOptions::name>, {"name", "readers subscribe to $stream/<name>"}},
    Row<StreamOptions>{of_stream<&StreamOptions::filters>, {"filters", "topics whose messages it takes in"}},
    Row<StreamOptions>{
        of_stream<&StreamOptions::retention_bytes>,
        {"retention_bytes", "then the oldest messages are removed; 0 = no limit", "bytes", 0, 1ULL << 50}},
    Row<StreamOptions>{of_stream<&StreamOptions::retention_s>,
                       {"retention_s", "older messages are removed; 0 = no limit", "seconds", 0, k32}},
};

constexpr std::array kAccessRows{
    Row<AccessRole>{of_role<&AccessRole::name>, {"name", "of the role, for people"}},
    Row<AccessRole>{of_role<&AccessRole::users>,
                    {"users", "who has it; \"*\" = all who have proven who they are"}},
    Row<AccessRole>{of_role<&AccessRole::claims>,
                    {"claims", "... and clients whose token has one of these: \"name\" or \"name=value\""}},
    Row<AccessRole>{of_role<&AccessRole::anonymous>,
                    {"anonymous", "... and clients that have proven nothing"}},
    Row<AccessRole>{
        of_role<&AccessRole::publish>,
        {"publish", "filters of topics; %c = client id, %u = user, %{name} = claim of the token"}},
    Row<AccessRole>{of_role<&AccessRole::subscribe>, {"subscribe", "filters, the same way"}},
    Row<AccessRole>{of_role<&AccessRole::deny_publish>, {"deny_publish", "filters that no role allows them"}},
    Row<AccessRole>{of_role<&AccessRole::deny_subscribe>,
                    {"deny_subscribe", "filters that no role allows them"}},
};

}  // namespace

template <>
std::span<const Row<Config>> rows() {
    return kRows;
}

template <>
std::span<const Row<ListenerConfig>> rows() {
    return kListenerRows;
}

template <>
std::span<const Row<NamedCertificate>> rows() {
    return kCertificateRows;
}

template <>
std::span<const Row<shard::QueueOptions>> rows() {
    return kQueueRows;
}

template <>
std::span<const Row<shard::StreamOptions>> rows() {
    return kStreamRows;
}

template <>
std::span<const Row<auth::AccessRole>> rows() {
    return kAccessRows;
}

}  // namespace dray::app
