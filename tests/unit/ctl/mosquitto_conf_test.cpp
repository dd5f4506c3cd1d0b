#include "ctl/mosquitto_conf.h"

#include <gtest/gtest.h>

#include "app/config_loader.h"

namespace dray::ctl {
namespace {

using net::ClientCertificate;
using net::ClientIdentity;
using net::ListenerKind;

// What drayd makes of it; it must not find anything wrong.
app::Config loaded(const Conversion& conversion) {
    app::ConfigLoader loader;
    loader.read_text(conversion.toml, "drayd.toml");
    loader.check_whole();
    for (const std::string& error : loader.errors()) ADD_FAILURE() << error << '\n' << conversion.toml;
    return loader.config();
}

// "2: pid_file"
std::vector<std::string> remarked(const Conversion& conversion) {
    std::vector<std::string> names;
    for (const ConversionRemark& remark : conversion.remarks) {
        EXPECT_NE(remark.what, "");
        names.push_back(std::to_string(remark.line) + ": " + remark.directive);
    }
    return names;
}
using Names = std::vector<std::string>;

TEST(MosquittoConf, AnEmptyOneServesThisMachineOnly) {
    for (const char* const text : {"", "\n\n# nothing but a comment\n"}) {
        const Conversion conversion = convert_mosquitto_conf(text);
        const auto listeners = loaded(conversion).listeners();
        ASSERT_EQ(listeners.size(), 1);
        EXPECT_EQ(listeners[0].bind, "127.0.0.1:1883");
        EXPECT_EQ(listeners[0].allow_anonymous, true);
        EXPECT_EQ(loaded(conversion).data_dir, "");
        EXPECT_EQ(remarked(conversion), Names{});
    }
}

TEST(MosquittoConf, AsDebianInstallsIt) {
    const Conversion conversion =
        convert_mosquitto_conf(R"(# Place your local configuration in /etc/mosquitto/conf.d/
pid_file /run/mosquitto/mosquitto.pid

persistence true
persistence_location /var/lib/mosquitto/

log_dest file /var/log/mosquitto/mosquitto.log

include_dir /etc/mosquitto/conf.d
)");
    EXPECT_EQ(loaded(conversion).data_dir, "/var/lib/mosquitto/");
    EXPECT_EQ(remarked(conversion), (Names{"7: log_dest", "9: include_dir"}));
}

TEST(MosquittoConf, ListenersWithTlsAndWebSockets) {
    const Conversion conversion = convert_mosquitto_conf(R"(
per_listener_settings true
listener 1883 127.0.0.1
allow_anonymous true

listener 8883
cafile /etc/mosquitto/ca.pem
certfile /etc/mosquitto/server.pem
keyfile /etc/mosquitto/server.key
require_certificate true
use_identity_as_username true
tls_version tlsv1.3
max_connections 5000

listener 8084 ::1
protocol websockets
certfile /etc/mosquitto/server.pem
keyfile /etc/mosquitto/server.key
cafile /etc/mosquitto/ca.pem
max_connections -1

listener 0 /run/mosquitto.sock
)");
    const auto listeners = loaded(conversion).listeners();
    ASSERT_EQ(listeners.size(), 4);
    EXPECT_EQ(listeners[0].kind, ListenerKind::kMqtt);
    EXPECT_EQ(listeners[0].bind, "127.0.0.1:1883");
    EXPECT_EQ(listeners[0].allow_anonymous, true);
    EXPECT_EQ(listeners[1].kind, ListenerKind::kMqtts);
    EXPECT_EQ(listeners[1].bind, "0.0.0.0:8883");
    EXPECT_EQ(listeners[1].allow_anonymous, false);
    EXPECT_EQ(listeners[1].tls.client_certificate, ClientCertificate::kRequired);
    EXPECT_EQ(listeners[1].tls.client_ca_file, "/etc/mosquitto/ca.pem");
    EXPECT_EQ(listeners[1].client_identity, ClientIdentity::kCommonName);
    EXPECT_EQ(listeners[1].tls.least, net::TlsVersion::k13);
    EXPECT_EQ(listeners[1].connections_max, 5000);
    EXPECT_EQ(listeners[2].kind, ListenerKind::kWss);
    EXPECT_EQ(listeners[2].bind, "[::1]:8084");
    EXPECT_EQ(listeners[2].tls.client_certificate, ClientCertificate::kNone);
    EXPECT_EQ(listeners[2].connections_max, 0);
    EXPECT_EQ(listeners[3].bind, "unix:/run/mosquitto.sock");
    EXPECT_EQ(remarked(conversion), Names{});
}

TEST(MosquittoConf, LimitsAndLogs) {
    const Conversion conversion = convert_mosquitto_conf(R"(port 1884
bind_address 10.0.0.1
allow_anonymous false
password_file /etc/mosquitto/passwd
acl_file /etc/mosquitto/acl
max_inflight_messages 0
max_queued_messages 5000
max_queued_bytes 0
max_packet_size 1000000
memory_limit 0
max_keepalive 120
persistent_client_expiration 2w
sys_interval 30
log_type error
log_type warning
)");
    const app::Config config = loaded(conversion);
    EXPECT_EQ(config.listeners().at(0).bind, "10.0.0.1:1884");
    EXPECT_EQ(config.listeners().at(0).allow_anonymous, false);
    EXPECT_EQ(config.password_file, "/etc/mosquitto/passwd");
    EXPECT_EQ(config.acl_file, "/etc/mosquitto/acl");
    EXPECT_EQ(config.limits.inflight_messages_max, 65'535);
    EXPECT_EQ(config.limits.queue_messages_max, 5000);
    EXPECT_EQ(config.limits.queue_bytes_max, 1ULL << 50);
    EXPECT_EQ(config.limits.packet_bytes_max, 1'000'000);
    EXPECT_EQ(config.ceilings.memory_bytes_max, 0);
    EXPECT_EQ(config.limits.keep_alive_s_max, 120);
    EXPECT_EQ(config.limits.session_expiry_s_max, 14 * 86'400);
    EXPECT_EQ(config.limits.sys_interval_ms, 30'000);
    EXPECT_EQ(config.log_level, reactor::LogLevel::kWarning);
    EXPECT_EQ(remarked(conversion), Names{});
}

TEST(MosquittoConf, WhatDraydDoesNotHaveIsNamedWithItsLine) {
    const Conversion conversion = convert_mosquitto_conf(R"(listener 1883
max_qos 1
mount_point site/%c/
connection cloud
address cloud.example.com:8883
topic # out 1 site/ fleet/
bridge_cafile /etc/ssl/certs/ca-certificates.crt
listener 1885
plugin /usr/lib/mosquitto_dynamic_security.so
no_such_directive 7
max_queued_messages many
)");
    EXPECT_EQ(loaded(conversion).listeners().size(), 2);
    EXPECT_EQ(remarked(conversion), (Names{"2: max_qos", "3: mount_point", "4: connection", "9: plugin",
                                           "10: no_such_directive", "11: max_queued_messages"}));
}

TEST(MosquittoConf, BridgesAreCarriedOver) {
    const Conversion conversion = convert_mosquitto_conf(R"(connection cloud
address cloud.example.com
topic order/# both 1 "" south/
topic stock/+ in
topic news
bridge_protocol_version mqttv50
remote_username south
remote_clientid the-south
keepalive_interval 20
restart_timeout 5 30
bridge_tls_use_os_certs true
notifications false
cleansession false
allow_anonymous true
connection depot
addresses [2001:db8::1]:8883
topic # out 2 here/ there/
max_queued_messages 7
)");
    const app::Config config = loaded(conversion);
    ASSERT_EQ(config.bridges.size(), 2U);
    const bridge::BridgeOptions& cloud = config.bridges[0];
    EXPECT_EQ(cloud.name, "cloud");
    EXPECT_EQ(cloud.address, "cloud.example.com:1883");
    EXPECT_EQ(cloud.version, mqtt::ProtocolVersion::kV5);
    EXPECT_EQ(cloud.user, "south");
    EXPECT_EQ(cloud.client_id, "the-south");
    EXPECT_EQ(cloud.keep_alive_s, 20);
    EXPECT_EQ(cloud.retry_ms_min, 5000U);
    EXPECT_EQ(cloud.retry_ms_max, 30'000U);
    EXPECT_TRUE(cloud.tls);
    ASSERT_EQ(cloud.topics.size(), 3U);
    EXPECT_EQ(cloud.topics[0].filter, "order/#");
    EXPECT_EQ(cloud.topics[0].direction, bridge::Direction::kBoth);
    EXPECT_EQ(cloud.topics[0].qos, 1);
    EXPECT_EQ(cloud.topics[0].local_prefix, "");
    EXPECT_EQ(cloud.topics[0].remote_prefix, "south/");
    EXPECT_EQ(cloud.topics[1].direction, bridge::Direction::kIn);
    EXPECT_EQ(cloud.topics[1].qos, 0);
    EXPECT_EQ(cloud.topics[2].direction, bridge::Direction::kOut);
    EXPECT_EQ(config.bridges[1].address, "[2001:db8::1]:8883");
    EXPECT_EQ(config.bridges[1].version, mqtt::ProtocolVersion::kV311);
    EXPECT_EQ(config.listeners().at(0).allow_anonymous, true) << "what is no bridge's stays the broker's";
    EXPECT_EQ(config.limits.queue_messages_max, 7U);
    EXPECT_EQ(remarked(conversion), Names{"15: connection"}) << "that it speaks 3.1.1";
}

TEST(MosquittoConf, WhatBridgesDoNotHaveIsNamedWithItsLine) {
    const Conversion conversion = convert_mosquitto_conf(R"(remote_username nobody's
connection cloud
bridge_protocol_version mqttv31
address one.example.com:1883 two.example.com:1883
remote_username south
remote_password secret
topic "" out 0 a b
topic $SYS/# out
topic order/# out
topic order/new out
topic stock sideways
restart_timeout soon
bridge_insecure true
bridge_psk 0123
cleansession true
local_clientid me
)");
    EXPECT_EQ(remarked(conversion),
              (Names{"1: remote_username", "3: bridge_protocol_version", "4: address", "6: remote_password",
                     "7: topic", "8: topic", "10: topic", "11: topic", "12: restart_timeout",
                     "13: bridge_insecure", "14: bridge_psk", "15: cleansession", "16: local_clientid"}));
    EXPECT_EQ(conversion.remarks[5].what, "is not carried over: filter '$' topics do not cross");
    EXPECT_EQ(conversion.remarks[6].what, "is not carried over: filter takes what topics.0 takes");
    const app::Config config = loaded(conversion);
    ASSERT_EQ(config.bridges.size(), 1U);
    EXPECT_EQ(config.bridges[0].version, mqtt::ProtocolVersion::kV311);
    EXPECT_EQ(config.bridges[0].password_file, "/etc/dray/cloud.password");
    EXPECT_EQ(conversion.toml.find("secret"), std::string::npos);
    EXPECT_EQ(remarked(convert_mosquitto_conf("connection a\naddress b\n")), Names{"1: connection"});
    EXPECT_EQ(remarked(convert_mosquitto_conf("connection a\ntopic t out\n")), Names{"1: connection"});
}

TEST(MosquittoConf, TextIsQuoted) {
    const Conversion conversion =
        convert_mosquitto_conf("persistence true\r\npersistence_location /a \"b\"\\c\r\n");
    EXPECT_EQ(loaded(conversion).data_dir, "/a \"b\"\\c");
}

}  // namespace
}  // namespace dray::ctl
