#include <gtest/gtest.h>

#include "loaded.h"

#include "app/config_loader.h"

namespace dray::app {
namespace {

TEST(ConfigFile, SetsWhatItNames) {
    const ConfigLoader loader = loaded(R"(
        threads = 3
        data_dir = "/var/lib/dray"
        [listeners]
        mqtt = "0.0.0.0:1884"
        ws = ""
        allow_anonymous = true
        [limits]
        packet_bytes_max = 65_536
        [log]
        level = "debug"
        format = "json"
        lines_per_s_max = 1000
        [[listener]]
        kind = "ws"
        bind = "127.0.0.1:8084"
        allow_anonymous = false
    )");
    EXPECT_EQ(all_errors(loader), "");
    const Config& config = loader.config();
    EXPECT_EQ(config.threads, 3u);
    EXPECT_EQ(config.data_dir, "/var/lib/dray");
    EXPECT_EQ(config.limits.packet_bytes_max, 65536u);
    EXPECT_EQ(config.log_level, reactor::LogLevel::kDebug);
    EXPECT_EQ(config.log_format, reactor::LogFormat::kJson);
    EXPECT_EQ(config.log_lines_per_s_max, 1000u);
    const auto listeners = config.listeners();
    ASSERT_EQ(listeners.size(), 2u);
    EXPECT_EQ(listeners[0].bind, "0.0.0.0:1884");
    EXPECT_EQ(listeners[0].allow_anonymous, true);
    EXPECT_EQ(listeners[1].kind, net::ListenerKind::kWebSocket);
    EXPECT_EQ(listeners[1].allow_anonymous, false);
}

TEST(ConfigFile, RefusesAnonymousClientsOnEachListenerThatDoesNotSayOtherwise) {
    const auto allowed = [](const std::string& of_all, const std::string& of_one) {
        const ConfigLoader loader =
            loaded("[listeners]\n" + of_all + "\n[[listener]]\nbind = \"127.0.0.1:8084\"\n" + of_one);
        EXPECT_EQ(all_errors(loader), "");
        return loader.config().listeners().back().allow_anonymous;
    };
    EXPECT_EQ(allowed("", ""), std::nullopt);
    EXPECT_EQ(allowed("allow_anonymous = false", ""), false);
    EXPECT_EQ(allowed("allow_anonymous = false", "allow_anonymous = true"), true);
    EXPECT_EQ(allowed("allow_anonymous = true", ""), std::nullopt);
    EXPECT_EQ(allowed("", "proxy_protocol = true"), false);
    EXPECT_EQ(allowed("", "proxy_protocol = true\nallow_anonymous = true"), true);
}

TEST(ConfigFile, SetsAllOfAListener) {
    const ConfigLoader loader = loaded(R"(
        [listeners]
        mqtt = ""
        ws = ""
        wss = "127.0.0.1:8084"
        certificate_file = "all.pem"
        private_key_file = "all.key"
        [limits]
        connections_max = 1000
        [[listener]]
        kind = "mqtts"
        bind = "127.0.0.1:8884"
        certificate_file = "own.pem"
        private_key_file = "own.key"
        client_ca_file = "ca.pem"
        client_certificate = "required"
        client_identity = "san"
        tls_min = "1.3"
        ciphers = "ECDHE+AESGCM"
        connections_max = 10
        connections_per_s_max = 20
        packet_bytes_max = 1000
        [[listener.certificates]]
        name = "a.example"
        certificate_file = "a.pem"
        private_key_file = "a.key"
        [[listener.certificates]]
        name = "*.b.example"
        [[listener]]
        bind = "unix:/run/dray.sock"
        socket_mode = "0600"
        proxy_protocol = true
    )");
    ASSERT_EQ(all_errors(loader), "");
    EXPECT_EQ(loader.config().connections_max, 1000u);
    const auto listeners = loader.config().listeners();
    ASSERT_EQ(listeners.size(), 3u);
    EXPECT_EQ(listeners[0].tls.certificate.certificate_file, "all.pem");
    EXPECT_EQ(listeners[1].tls.certificate.private_key_file, "own.key");
    EXPECT_EQ(listeners[1].tls.client_certificate, net::ClientCertificate::kRequired);
    EXPECT_EQ(listeners[1].client_identity, net::ClientIdentity::kAlternativeName);
    EXPECT_EQ(listeners[1].tls.least, net::TlsVersion::k13);
    EXPECT_EQ(listeners[1].connections_max, 10u);
    EXPECT_EQ(listeners[1].connections_per_s_max, 20u);
    EXPECT_EQ(listeners[1].packet_bytes_max, 1000u);
    ASSERT_EQ(listeners[1].tls.more_certificates.size(), 2u);
    EXPECT_EQ(listeners[1].tls.more_certificates[0].files.private_key_file, "a.key");
    EXPECT_EQ(listeners[1].tls.more_certificates[1].name, "*.b.example");
    EXPECT_EQ(listeners[2].bind, "unix:/run/dray.sock");
    EXPECT_EQ(listeners[2].socket_mode, 0600u);
    EXPECT_TRUE(listeners[2].proxy_protocol);
    EXPECT_EQ(all_errors(loaded(print_config(loader))), "") << print_config(loader);
}

TEST(ConfigFile, SetsTheLimitsOfRates) {
    const ConfigLoader loader = loaded(R"(
        [limits]
        connections_per_s_max = 100
        address_connections_per_s_max = 5
        client_messages_per_s_max = 1_000
        client_bytes_per_s_max = 1_000_000
        client_beyond_rate_ms_max = 60_000
        user_login_failures_max = 3
        address_login_failures_max = 0
        login_delay_ms = 500
        login_delay_ms_max = 5_000
    )");
    ASSERT_EQ(all_errors(loader), "");
    const Config& config = loader.config();
    EXPECT_EQ(config.connections_per_s_max, 100u);
    EXPECT_EQ(config.address_connections_per_s_max, 5u);
    EXPECT_EQ(config.limits.client_messages_per_s_max, 1000u);
    EXPECT_EQ(config.limits.client_bytes_per_s_max, 1'000'000u);
    EXPECT_EQ(config.limits.client_beyond_rate_ms_max, 60'000u);
    EXPECT_EQ(config.limits.user_login_failures_max, 3u);
    EXPECT_EQ(config.limits.address_login_failures_max, 0u);
    EXPECT_EQ(config.limits.login_delay_ms, 500u);
    EXPECT_EQ(config.limits.login_delay_ms_max, 5000u);
}

TEST(ConfigFile, SetsAllOfAQueue) {
    const ConfigLoader loader = loaded(R"(
        [[queue]]
        name = "orders"
        filters = ["order/new/#", "order/again/+"]
        exclusive = true
        ttl_ms = 60_000
        messages_max = 5
        bytes_max = 2048
        overflow = "dead-letter"
        deliveries_max = 3
        retry_delay_ms = 100
        retry_delay_ms_max = 1_000
        dead_letter_queue = "poisoned"
        key = "user-property:order"
        alert_messages = 4
        alert_age_ms = 5_000
        [[queue]]
        name = "poisoned"
    )");
    ASSERT_EQ(all_errors(loader), "");
    ASSERT_EQ(loader.config().queues.size(), 2u);
    const shard::QueueOptions& orders = loader.config().queues[0];
    EXPECT_EQ(orders.filters, Texts({"order/new/#", "order/again/+"}));
    EXPECT_EQ(orders.overflow, shard::Overflow::kDeadLetter);
    EXPECT_EQ(orders.deliveries_max, 3u);
    EXPECT_EQ(orders.key, "user-property:order");
    EXPECT_EQ(loader.config().queues[1].filters, Texts());
    const ConfigLoader again = loaded(print_config(loader));
    EXPECT_EQ(all_errors(again), "") << print_config(loader);
    EXPECT_EQ(again.config().queues, loader.config().queues) << print_config(loader);
}

TEST(ConfigFile, SetsAllOfARole) {
    const ConfigLoader loader = loaded(R"(
        [[access]]
        name = "vehicle"
        users = ["*"]
        claims = ["role=vehicle"]
        anonymous = true
        publish = ["vehicle/%u/#"]
        subscribe = ["order/+/%{order}"]
        deny_publish = ["vehicle/%u/owner"]
        deny_subscribe = ["order/secret/#"]
    )");
    ASSERT_EQ(all_errors(loader), "");
    ASSERT_EQ(loader.config().access.size(), 1u);
    const auth::AccessRole& role = loader.config().access[0];
    EXPECT_EQ(role.claims, Texts({"role=vehicle"}));
    EXPECT_EQ(role.subscribe, Texts({"order/+/%{order}"}));
    EXPECT_TRUE(role.anonymous);
    EXPECT_EQ(all_errors(loaded(print_config(loader))), "") << print_config(loader);
    EXPECT_EQ(all_errors(loaded("[[access]]\nname = \"a\"\nusers = [\"x\"]\npublish = [\"a/%x\"]")),
              "drayd.toml:4:11: access.0.publish: 'a/%x': after % comes c, u, or a claim as in %{order}\n");
    EXPECT_NE(all_errors(loaded("[[access]]\nname = \"a\"")).find("access.0.users: whom is it for?"),
              std::string::npos);
}

TEST(ConfigFile, SetsAllOfAStream) {
    const ConfigLoader loader = loaded(R"(
        [[stream]]
        name = "events"
        filters = ["order/#", "payment/+"]
        retention_bytes = 1_000_000
        retention_s = 3_600
    )");
    ASSERT_EQ(all_errors(loader), "");
    const std::vector<shard::StreamOptions> wanted{{"events", {"order/#", "payment/+"}, 1'000'000, 3600}};
    EXPECT_EQ(loader.config().streams, wanted);
    const ConfigLoader again = loaded(print_config(loader));
    EXPECT_EQ(again.config().streams, wanted) << print_config(loader);
}

TEST(ConfigFile, SetsAllOfABridge) {
    const ConfigLoader loader = loaded(R"(
        site = "south"
        [[bridge]]
        name = "north"
        address = "north.example.com:8883"
        remote_site = "north"
        tls = true
        ca_file = "ca.pem"
        certificate_file = "south.pem"
        private_key_file = "south.key"
        client_id = "south"
        user = "south"
        password_file = "password"
        keep_alive_s = 10
        unacknowledged_max = 100
        retry_ms_min = 100
        retry_ms_max = 5_000
        [[bridge.topics]]
        filter = "orders/#"
        direction = "out"
        qos = 1
        local_prefix = "here/"
        remote_prefix = "there/"
        [[bridge.topics]]
        filter = "stock/#"
    )");
    ASSERT_EQ(all_errors(loader), "");
    ASSERT_EQ(loader.config().bridges.size(), 1u);
    const bridge::BridgeOptions& north = loader.config().bridges[0];
    EXPECT_EQ(north.tls_settings.certificate.private_key_file, "south.key");
    EXPECT_EQ(north.keep_alive_s, 10);
    EXPECT_EQ(north.unacknowledged_max, 100);
    ASSERT_EQ(north.topics.size(), 2u);
    EXPECT_EQ(north.topics[0].direction, bridge::Direction::kOut);
    EXPECT_EQ(north.topics[0].remote_prefix, "there/");
    EXPECT_EQ(north.topics[1].direction, bridge::Direction::kBoth);
    const ConfigLoader again = loaded(print_config(loader));
    EXPECT_EQ(all_errors(again), "") << print_config(loader);
    ASSERT_EQ(again.config().bridges.size(), 1u) << print_config(loader);
    EXPECT_EQ(again.config().bridges[0].topics.size(), 2u) << print_config(loader);
    EXPECT_EQ(all_errors(
                  loaded("[[bridge]]\nname = \"a\"\naddress = \"b:1\"\n[[bridge.topics]]\nfilter = \"#/a\"")),
              "drayd.toml:5:10: bridge.0.topics.0.filter: must be a topic filter\n");
}

TEST(ConfigFile, AnEmptyOneIsTheDefault) {
    const ConfigLoader loader = loaded("");
    EXPECT_EQ(all_errors(loader), "");
    ASSERT_EQ(loader.config().listeners().size(), 2u);
    EXPECT_EQ(loader.config().listeners()[0].bind, "127.0.0.1:1883");
    EXPECT_EQ(loader.config().listeners()[1].bind, "127.0.0.1:8083");
    EXPECT_FALSE(loader.config().allow_anonymous.has_value());
}

struct Wrong {
    const char* name;
    const char* toml;
    const char* error;  // part of it
};

class ConfigFileErrors : public testing::TestWithParam<Wrong> {};

TEST_P(ConfigFileErrors, SayWhereWhatAndWhatWouldBeRight) {
    const ConfigLoader loader = loaded(GetParam().toml);
    ASSERT_EQ(loader.errors().size(), 1u) << all_errors(loader);
    EXPECT_NE(loader.errors()[0].find(GetParam().error), std::string::npos) << loader.errors()[0];
}

INSTANTIATE_TEST_SUITE_P(
    Each, ConfigFileErrors,
    testing::Values(
        Wrong{"NotToml", "threads = = 2", "drayd.toml:1:11: not TOML: "},
        Wrong{"Twice", "threads = 1\nthreads = 2", "drayd.toml:2:"},
        Wrong{
            "UnknownKey", "\n[limits]\npacket_byte_max = 5",
            "drayd.toml:3:19: unknown key 'limits.packet_byte_max'; did you mean 'limits.packet_bytes_max'?"},
        Wrong{"UnknownTopKey", "thread = 5",
              "drayd.toml:1:10: unknown key 'thread'; did you mean 'threads'?"},
        Wrong{"HopelessKey", "colour = 5", "drayd.toml:1:10: unknown key 'colour'"},
        Wrong{"UnknownSection", "[limit]\na = 1\nb = 2", "unknown section 'limit'; did you mean 'limits'?"},
        Wrong{"TextForNumber", "threads = \"four\"",
              "drayd.toml:1:11: threads: must be a whole number from 0 to 64 (threads)"},
        Wrong{"FractionForNumber", "threads = 1.5", "threads: must be a whole number"},
        Wrong{"NegativeNumber", "threads = -1", "threads: must be a whole number"},
        Wrong{"TooLarge", "threads = 65", "from 0 to 64"},
        Wrong{"NumberForText", "data_dir = 5", "data_dir: must be a text in quotes"},
        Wrong{"NumberForTruth", "[listeners]\nallow_anonymous = 1",
              "listeners.allow_anonymous: must be true or false"},
        Wrong{"BadWord", "[log]\nlevel = \"loud\"",
              "log.level: must be \"debug\", \"info\", \"warning\" or \"error\""},
        Wrong{"BadAddress", "[listeners]\nmqtt = \"1883\"", "listeners.mqtt: must be HOST:PORT"},
        Wrong{"BadPort", "[listeners]\nmqtt = \"127.0.0.1:70000\"",
              "listeners.mqtt: the port must be a number"},
        Wrong{"TableForValue", "[threads]\nx = 1", "threads: must be a whole number"},
        Wrong{"ListForValue", "threads = [1]", "threads: must be a whole number"},
        Wrong{"ListenerAsTable", "[listener]\nkind = \"mqtt\"", "write [[listener]]"},
        Wrong{"ListenerAsNumbers", "listener = [1]", "write [[listener]]"},
        Wrong{"ListenerWithoutBind", "[[listener]]\nkind = \"ws\"",
              "drayd.toml:2:8: listener.0.bind: is missing"},
        Wrong{"ListenerKind", "[[listener]]\nkind = \"amqp\"\nbind = \"127.0.0.1:1\"",
              "listener.0.kind: must be \"mqtt\", \"ws\", \"mqtts\" or \"wss\""},
        Wrong{"ListenerKey", "[[listener]]\nport = 5\nbind = \"127.0.0.1:1\"",
              "unknown key 'listener.0.port'"},
        Wrong{"StreamWithoutFilters", "[[stream]]\nname = \"a\"",
              "drayd.toml:2:8: stream.0.filters: must have at least one"},
        Wrong{"StreamOfAStream", "[[stream]]\nname = \"a\"\nfilters = [\"$stream/b\"]", "stream.0.filters:"},
        Wrong{"QueueWithoutName", "[[queue]]\nfilters = [\"a\"]", "queue.0.name: must be 1 to 200 bytes"},
        Wrong{"QueueName", "[[queue]]\nname = \"a/b\"", "drayd.toml:2:8: queue.0.name: must be"},
        Wrong{"QueueNamedTwice", "[[queue]]\nname = \"a\"\n[[queue]]\nname = \"a\"",
              "drayd.toml:4:8: queue.1.name: two queues are named so"},
        Wrong{"QueueFilter", "[[queue]]\nname = \"a\"\nfilters = [\"b\", \"c#\"]",
              "drayd.toml:3:11: queue.0.filters: 'c#' is no topic filter"},
        Wrong{"QueueOfAQueue", "[[queue]]\nname = \"a\"\nfilters = [\"$queue/b\"]", "queue.0.filters:"},
        Wrong{"FiltersAsText", "[[queue]]\nname = \"a\"\nfilters = \"b\"",
              "queue.0.filters: must be a list of texts in quotes"},
        Wrong{"FiltersAsNumbers", "[[queue]]\nname = \"a\"\nfilters = [1]",
              "queue.0.filters: must be a list of texts in quotes"},
        Wrong{"QueueKey", "[[queue]]\nname = \"a\"\nkey = \"topic-level:0\"",
              "queue.0.key: must be \"\", \"topic\""},
        Wrong{"OwnDeadLetters", "[[queue]]\nname = \"a\"\ndead_letter_queue = \"a\"",
              "queue.0.dead_letter_queue: is the queue itself"},
        Wrong{"NowhereToOverflow", "[[queue]]\nname = \"a\"\noverflow = \"dead-letter\"",
              "queue.0.overflow: \"dead-letter\" needs dead_letter_queue"},
        Wrong{"NowhereAfterDeliveries", "[[queue]]\nname = \"a\"\ndeliveries_max = 2",
              "queue.0.deliveries_max: needs dead_letter_queue"},
        // One error each: what was refused is not also missing.
        Wrong{"SinkOfNoKind", "[[sink]]\nname = \"a\"\nkind = \"kafak\"",
              "drayd.toml:3:8: sink.0.kind: must be \"kafka\" or \"amqp\""},
        Wrong{"SinkWithoutKind", "[[sink]]\nname = \"a\"", "drayd.toml:2:8: sink.0.kind: "},
        Wrong{"BridgeToANumber", "[[bridge]]\nname = \"a\"\naddress = 1883",
              "drayd.toml:3:11: bridge.0.address: must be a text in quotes"},
        Wrong{"QueueOption", "[[queue]]\nname = \"a\"\nfilter = [\"b\"]",
              "unknown key 'queue.0.filter'; known there: name filters"},
        Wrong{"LongestDelayIsTheShorter", "[limits]\nlogin_delay_ms = 100\nlogin_delay_ms_max = 99",
              "drayd.toml:3:22: limits.login_delay_ms_max: is less than limits.login_delay_ms"},
        Wrong{"BeyondNoRate", "[limits]\nclient_beyond_rate_ms_max = 1000",
              "drayd.toml:2:29: limits.client_beyond_rate_ms_max: needs limits.client_messages_per_s_max or "
              "client_bytes_per_s_max"},
        Wrong{"UnixPath", "[listeners]\nmqtt = \"unix:dray.sock\"", "needs a whole path"},
        Wrong{"TlsWithoutCertificate", "[[listener]]\nkind = \"mqtts\"\nbind = \"127.0.0.1:1\"",
              "drayd.toml:2:8: listener.0.certificate_file: is missing"},
        Wrong{"TlsWithoutKey", "[listeners]\nwss = \"127.0.0.1:1\"\ncertificate_file = \"a\"",
              "listeners.private_key_file: is missing"},
        Wrong{"CertificateWithoutTls", "[[listener]]\nbind = \"127.0.0.1:1\"\ncertificate_file = \"a\"",
              "drayd.toml:3:20: listener.0.certificate_file: means nothing here"},
        Wrong{"IdentityWithoutCertificate", "[[listener]]\nbind = \"127.0.0.1:1\"\nclient_identity = \"cn\"",
              "listener.0.client_identity: needs client_certificate"},
        Wrong{"CertificateOfNobody",
              "[[listener]]\nbind = \"127.0.0.1:1\"\nclient_certificate = \"required\"",
              "listener.0.client_certificate: needs TLS"},
        Wrong{"SocketMode", "[[listener]]\nbind = \"unix:/a\"\nsocket_mode = \"rw\"",
              "listener.0.socket_mode: must be permissions in quotes"},
        Wrong{"NoListener", "[listeners]\nmqtt = \"\"\nws = \"\"", "no listener"},
        Wrong{"OneAddressTwice", "[listeners]\nws = \"127.0.0.1:1883\"", "two listeners are bound to"}),
    [](const auto& wrong) { return std::string(wrong.param.name); });

TEST(ConfigFile, AllErrorsAreReportedAtOnce) {
    EXPECT_EQ(loaded("threads = 99\n[log]\nlevel = 1\nformt = \"json\"").errors().size(), 3u);
}

TEST(ConfigFile, ThatCannotBeReadIsNamed) {
    ConfigLoader loader;
    loader.read_file("/no/such/file.toml");
    loader.read_file("/");
    ASSERT_EQ(loader.errors().size(), 2u);
    EXPECT_EQ(loader.errors()[0], "/no/such/file.toml: cannot be read: No such file or directory");
    EXPECT_TRUE(loader.errors()[1].starts_with("/: cannot be read: ")) << loader.errors()[1];
}

TEST(ConfigEnvironment, OverridesTheFile) {
    ConfigLoader loader = loaded("threads = 1\n[[listener]]\nbind = \"127.0.0.1:5\"");
    const char* const environment[] = {"HOME=/root",
                                       "DRAY__THREADS=2",
                                       "DRAY__LISTENERS__ALLOW_ANONYMOUS=true",
                                       "DRAY__LIMITS__PACKET_BYTES_MAX=4096",
                                       "DRAY__LISTENER__0__KIND=ws",
                                       "DRAY__LISTENER__1__BIND=127.0.0.1:6",
                                       "DRAY__LISTENER__1__CERTIFICATES__0__NAME=a.example",
                                       "DRAY__LISTENER__1__PROXY_PROTOCOL=true",
                                       "DRAY__QUEUE__0__NAME=orders",
                                       "DRAY__QUEUE__0__FILTERS=a/#,b",
                                       nullptr};
    loader.read_environment(environment);
    EXPECT_EQ(all_errors(loader), "");
    EXPECT_EQ(loader.config().threads, 2u);
    EXPECT_EQ(loader.config().allow_anonymous, true);
    EXPECT_EQ(loader.config().limits.packet_bytes_max, 4096u);
    ASSERT_EQ(loader.config().more_listeners.size(), 2u);
    EXPECT_EQ(loader.config().more_listeners[0].kind, net::ListenerKind::kWebSocket);
    EXPECT_EQ(loader.config().more_listeners[1].bind, "127.0.0.1:6");
    EXPECT_TRUE(loader.config().more_listeners[1].proxy_protocol);
    ASSERT_EQ(loader.config().more_listeners[1].tls.more_certificates.size(), 1u);
    EXPECT_EQ(loader.config().more_listeners[1].tls.more_certificates[0].name, "a.example");
    ASSERT_EQ(loader.config().queues.size(), 1u);
    EXPECT_EQ(loader.config().queues[0].filters, Texts({"a/#", "b"}));
    EXPECT_EQ(loader.source_of("threads"), "environment DRAY__THREADS");
}

TEST(ConfigEnvironment, ErrorsNameTheVariable) {
    ConfigLoader loader;
    const char* const environment[] = {"DRAY__THREADS=many", "DRAY__LIMITS__PACKET_BYTE_MAX=1",
                                       "DRAY__LISTENER__7__BIND=127.0.0.1:6",
                                       "DRAY__LISTENERS__ALLOW_ANONYMOUS=yes", nullptr};
    loader.read_environment(environment);
    ASSERT_EQ(loader.errors().size(), 4u) << all_errors(loader);
    EXPECT_EQ(loader.errors()[0],
              "environment DRAY__THREADS: threads: must be a whole number from 0 to 64 (threads)");
    EXPECT_NE(loader.errors()[1].find("did you mean 'limits.packet_bytes_max'?"), std::string::npos);
    EXPECT_NE(loader.errors()[2].find("environment DRAY__LISTENER__7__BIND"), std::string::npos);
    EXPECT_NE(loader.errors()[3].find("must be true or false"), std::string::npos);
}

TEST(ConfigSetting, WinsAndItsErrorsNameIt) {
    ConfigLoader loader = loaded("threads = 1");
    loader.set("threads=4", "option --set threads=4");
    loader.set("listeners.mqtt", "127.0.0.1:0", "option --mqtt 127.0.0.1:0");
    EXPECT_EQ(loader.config().threads, 4u);
    EXPECT_EQ(loader.config().mqtt_bind, "127.0.0.1:0");
    loader.set("threads", "option --set threads");
    loader.set("threads=x", "option --set threads=x");
    ASSERT_EQ(loader.errors().size(), 2u);
    EXPECT_NE(loader.errors()[0].find("option --set threads: must be KEY=VALUE"), std::string::npos);
    EXPECT_NE(loader.errors()[1].find("option --set threads=x: threads: must be"), std::string::npos);
}

TEST(ConfigPrint, ReadsBackAsTheSame) {
    ConfigLoader loader = loaded(
        "threads = 3\ndata_dir = 'a \"b\"\\'\nserver_reference = \"a\\rb\\u007f\"\n[listeners]\nmqtt = "
        "\"\"\nallow_anonymous = false\n"
        "[[listener]]\nkind = \"ws\"\nbind = \"[::1]:5\"");
    ASSERT_EQ(all_errors(loader), "");
    const std::string printed = print_config(loader);
    const ConfigLoader again = loaded(printed);
    EXPECT_EQ(all_errors(again), "") << printed;
    EXPECT_EQ(again.config().data_dir, "a \"b\"\\");
    EXPECT_EQ(again.config().server_reference, "a\rb\x7f");
    EXPECT_EQ(again.config().allow_anonymous, false);
    ASSERT_EQ(again.config().more_listeners.size(), 1u);
    EXPECT_EQ(again.config().more_listeners[0].bind, "[::1]:5");
    EXPECT_NE(printed.find("; from drayd.toml:1:11"), std::string::npos) << printed;
    for (const auto& row : rows<Config>()) {
        const std::string_view name = row.key.name.substr(row.key.name.find('.') + 1);
        EXPECT_NE(printed.find(std::string(name) + " ="), std::string::npos) << row.key.name;
    }
}

}  // namespace
}  // namespace dray::app
