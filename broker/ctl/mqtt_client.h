// drayctl's own MQTT 5.0 connection, for `pub` and `sub`: Paho's, which waits for each answer.
//
// Throws Failure: kUnreachable when there is no broker or it goes away, kRefused when it says no.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace dray::ctl {

// By the names of mosquitto_pub and mosquitto_sub.
struct MqttOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  // 0: 1883, or 8883 with TLS
    std::string client_id;   // empty: the broker names it
    std::string user;
    std::string password;
    std::uint16_t keep_alive_s = 60;
    int qos = 0;
    bool tls = false;
    std::string ca_file;
    std::string cert_file;
    std::string key_file;
    bool insecure = false;  // the certificate's name is not checked
    bool keeps_session = false;
};
void add_mqtt_options(CLI::App& command, MqttOptions& options);

struct MqttMessage {
    std::string topic;
    std::string payload = {};
    int qos = 0;
    bool retain = false;
    std::vector<std::pair<std::string, std::string>> user_properties = {};
};

class MqttClient {
  public:
    explicit MqttClient(const MqttOptions& options);
    ~MqttClient();
    MqttClient(const MqttClient&) = delete;
    MqttClient& operator=(const MqttClient&) = delete;

    void subscribe(const std::vector<std::string>& filters, int qos, bool with_retained);
    // Nothing when none came in time.
    std::optional<MqttMessage> receive(std::chrono::milliseconds patience);
    // Returns when the broker has acknowledged it (QoS 0: when it is sent).
    void publish(const MqttMessage& message);

  private:
    void* client_ = nullptr;
    int published_reason_ = 0;  // of the last acknowledgement
    std::string address_;
};

}  // namespace dray::ctl
