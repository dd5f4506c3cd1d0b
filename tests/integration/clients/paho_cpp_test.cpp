// Eclipse Paho MQTT C++, the client that the services use: 3.1.1 and 5.0, over TCP and over WebSocket.
#include <gtest/gtest.h>
#include <mqtt/async_client.h>

#include <chrono>
#include <memory>
#include <string>
#include <tuple>

#include "harness/broker_process.h"
#include "harness/deadline.h"

namespace dray::integration {

using conformance::BrokerKind;
using conformance::BrokerProcess;
using conformance::Deadline;
using conformance::Setup;

struct Mode {
    int version;
    std::string scheme;  // tcp, ssl, ws or wss

    bool has_tls() const { return scheme == "ssl" || scheme == "wss"; }
    bool is_websocket() const { return scheme == "ws" || scheme == "wss"; }
    std::string url(const BrokerProcess& broker) const {
        const std::uint16_t port = is_websocket() ? (has_tls() ? broker.wss_port() : broker.ws_port())
                                                  : (has_tls() ? broker.mqtts_port() : broker.mqtt_port());
        return scheme + "://127.0.0.1:" + std::to_string(port) + (is_websocket() ? "/mqtt" : "");
    }
};

class Person {
  public:
    Person(const BrokerProcess& broker, const Mode& mode, const std::string& name, bool clean = true)
        : client_(mode.url(broker), name, ::mqtt::create_options(mode.version)) {
        if (mode.has_tls()) {
            ::mqtt::ssl_options tls;
            tls.set_trust_store(broker.certificate_file());
            tls.set_verify(true);
            options_.set_ssl(tls);
        }
        client_.start_consuming();
        options_.set_mqtt_version(mode.version);
        if (mode.version == MQTTVERSION_5) {
            options_.set_clean_start(clean);
            options_.set_properties({{::mqtt::property::SESSION_EXPIRY_INTERVAL, clean ? 0 : 3600}});
        } else {
            options_.set_clean_session(clean);
        }
    }
    ~Person() {
        if (client_.is_connected()) client_.disconnect()->wait_for(Deadline::standard_wait());
    }

    void set_will(const std::string& topic, const std::string& payload) {
        options_.set_will_message(::mqtt::make_message(topic, payload, 1, false));
    }
    // Whether the broker had a session for us.
    bool connects() {
        const auto token = client_.connect(options_);
        if (!token->wait_for(Deadline::standard_wait())) throw std::runtime_error("no CONNACK");
        return token->get_connect_response().is_session_present();
    }
    void subscribes(const std::string& filter, int qos) {
        if (!client_.subscribe(filter, qos)->wait_for(Deadline::standard_wait())) {
            throw std::runtime_error("no SUBACK");
        }
    }
    void publishes(const ::mqtt::const_message_ptr& message) {
        if (!client_.publish(message)->wait_for(Deadline::standard_wait())) {
            throw std::runtime_error("the PUBLISH is not completed");
        }
    }
    void publishes(const std::string& topic, const std::string& payload, int qos, bool retained = false) {
        publishes(::mqtt::make_message(topic, payload, qos, retained));
    }
    ::mqtt::const_message_ptr gets() {
        ::mqtt::const_message_ptr message;
        client_.try_consume_message_for(&message, Deadline::standard_wait());
        if (!message) throw std::runtime_error("no message came");
        return message;
    }
    void leaves() { client_.disconnect()->wait_for(Deadline::standard_wait()); }

  private:
    ::mqtt::async_client client_;
    ::mqtt::connect_options options_;
};

auto broker_for(const Mode& mode) {
    auto setup = Setup::from_environment();
    setup.with_tls = mode.has_tls();
    return setup;
}

class PahoCpp : public ::testing::TestWithParam<Mode> {
  protected:
    void SetUp() override {
        const bool is_mosquitto = Setup::from_environment().broker == BrokerKind::kMosquitto;
        if (is_mosquitto && GetParam().scheme == "wss") {
            GTEST_SKIP() << "this client and mosquitto 2.0.11 do not agree on TLS below a WebSocket";
        }
    }
    std::unique_ptr<Person> person(const std::string& name, bool clean = true) {
        return std::make_unique<Person>(broker_, GetParam(), name, clean);
    }
    static bool is_websocket() { return GetParam().is_websocket(); }
    bool is_v5() const { return GetParam().version == MQTTVERSION_5; }

    BrokerProcess broker_{broker_for(GetParam())};
};

TEST_P(PahoCpp, MessagesOfEveryQoSArriveInOrder) {
    const auto sub = person("sub");
    const auto pub = person("pub");
    EXPECT_FALSE(sub->connects());
    pub->connects();
    sub->subscribes("t/#", 2);
    for (int qos = 0; qos <= 2; ++qos) {
        for (int i = 0; i < 50; ++i) pub->publishes("t/" + std::to_string(qos), std::to_string(i), qos);
    }
    for (int qos = 0; qos <= 2; ++qos) {
        for (int i = 0; i < 50; ++i) {
            const auto message = sub->gets();
            EXPECT_EQ(message->get_topic(), "t/" + std::to_string(qos));
            EXPECT_EQ(message->to_string(), std::to_string(i));
            EXPECT_EQ(message->get_qos(), qos);
        }
    }
}

TEST_P(PahoCpp, ASessionIsResumedWithItsMessages) {
    const auto pub = person("pub");
    pub->connects();
    {
        const auto sub = person("sub", false);
        EXPECT_FALSE(sub->connects());
        sub->subscribes("t", 1);
        sub->leaves();
    }
    for (int i = 0; i < 30; ++i) pub->publishes("t", std::to_string(i), 1);
    const auto sub = person("sub", false);
    EXPECT_TRUE(sub->connects());
    for (int i = 0; i < 30; ++i) EXPECT_EQ(sub->gets()->to_string(), std::to_string(i));
}

TEST_P(PahoCpp, RetainedMessagesAreMarked) {
    const auto pub = person("pub");
    pub->connects();
    pub->publishes("t", "kept", 1, true);
    const auto sub = person("sub");
    sub->connects();
    sub->subscribes("+", 1);
    const auto message = sub->gets();
    EXPECT_EQ(message->to_string(), "kept");
    EXPECT_TRUE(message->is_retained());
}

TEST_P(PahoCpp, AWillIsPublishedWhenTheClientIsTakenOver) {
    const auto sub = person("sub");
    sub->connects();
    sub->subscribes("w", 1);
    const auto first = person("same");
    first->set_will("w", "gone");
    first->connects();
    const auto second = person("same");
    second->connects();
    EXPECT_EQ(sub->gets()->to_string(), "gone");
}

TEST_P(PahoCpp, ASharedSubscriptionTakesEachMessageOnce) {
    const auto a = person("a");
    const auto b = person("b");
    const auto pub = person("pub");
    for (const auto& one : {a.get(), b.get(), pub.get()}) one->connects();
    a->subscribes("$share/g/t", 1);
    b->subscribes("$share/g/t", 1);
    for (int i = 0; i < 10; ++i) pub->publishes("t", std::to_string(i), 1);
    // Round robin: five for each.
    for (int i = 0; i < 5; ++i) EXPECT_NE(a->gets()->to_string(), b->gets()->to_string());
}

TEST_P(PahoCpp, LargePayloadsArriveWhole) {
    const auto sub = person("sub");
    const auto pub = person("pub");
    sub->connects();
    pub->connects();
    sub->subscribes("t", 1);
    // Over WebSocket no more than this client can take back from any broker.
    const std::string payload(is_websocket() ? 3'000 : 500'000, 'x');
    pub->publishes("t", payload, 1);
    EXPECT_TRUE(sub->gets()->to_string() == payload);
}

TEST_P(PahoCpp, UserPropertiesTravel) {
    if (!is_v5()) GTEST_SKIP() << "properties are of version 5.0";
    const auto sub = person("sub");
    const auto pub = person("pub");
    sub->connects();
    pub->connects();
    sub->subscribes("t", 1);
    const auto message = ::mqtt::make_message("t", "x", 1, false);
    message->set_properties({{::mqtt::property::USER_PROPERTY, "traceparent", "00-1"},
                             {::mqtt::property::RESPONSE_TOPIC, "answer"}});
    pub->publishes(message);
    const auto properties = sub->gets()->get_properties();
    EXPECT_EQ(::mqtt::get<std::string>(properties, ::mqtt::property::RESPONSE_TOPIC), "answer");
    const auto user = ::mqtt::get<::mqtt::string_pair>(properties, ::mqtt::property::USER_PROPERTY);
    EXPECT_EQ(std::get<0>(user), "traceparent");
    EXPECT_EQ(std::get<1>(user), "00-1");
}

INSTANTIATE_TEST_SUITE_P(Clients, PahoCpp,
                         ::testing::Values(Mode{MQTTVERSION_3_1_1, "tcp"}, Mode{MQTTVERSION_5, "tcp"},
                                           Mode{MQTTVERSION_3_1_1, "ssl"}, Mode{MQTTVERSION_5, "ssl"},
                                           Mode{MQTTVERSION_3_1_1, "wss"}, Mode{MQTTVERSION_5, "wss"},
                                           Mode{MQTTVERSION_3_1_1, "ws"}, Mode{MQTTVERSION_5, "ws"}),
                         [](const ::testing::TestParamInfo<Mode>& mode) {
                             return std::string(mode.param.version == MQTTVERSION_5 ? "v5" : "v311") +
                                    mode.param.scheme;
                         });

}  // namespace dray::integration
