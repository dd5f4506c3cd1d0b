#include "ctl/mqtt_client.h"

#include <MQTTClient.h>

#include <cstring>

#include "ctl/failure.h"

namespace dray::ctl {

namespace {

constexpr std::uint16_t kPort = 1883;
constexpr std::uint16_t kTlsPort = 8883;
constexpr unsigned long kAnswerMaxMs = 30'000;
constexpr int kHangUpMs = 1000;
constexpr std::uint32_t kSessionForEver = 0xFFFFFFFF;

const char* text_or_null(const std::string& text) {
    return text.empty() ? nullptr : text.c_str();
}

bool is_refusal(int code) {
    return code >= MQTTREASONCODE_UNSPECIFIED_ERROR;
}

// Paho's own errors are there, too: negative, which the enumeration's values are not.
int code_of(const MQTTResponse& answer) {
    static_assert(sizeof(answer.reasonCode) == sizeof(int));
    int code = 0;
    std::memcpy(&code, &answer.reasonCode, sizeof(code));
    return code;
}

std::string reason_of(int code) {
    const char* text = is_refusal(code) ? ::MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(code))
                                        : ::MQTTClient_strerror(code);
    return text != nullptr ? text : "error " + std::to_string(code);
}

class PahoProperties {
  public:
    PahoProperties() = default;
    ~PahoProperties() { ::MQTTProperties_free(&all_); }
    PahoProperties(const PahoProperties&) = delete;
    PahoProperties& operator=(const PahoProperties&) = delete;

    void add_user(const std::string& name, const std::string& value) {
        MQTTProperty property{};
        property.identifier = MQTTPROPERTY_CODE_USER_PROPERTY;
        property.value.data = lend(name);
        property.value.value = lend(value);
        ::MQTTProperties_add(&all_, &property);
    }
    void add_session_expiry(std::uint32_t seconds) {
        MQTTProperty property{};
        property.identifier = MQTTPROPERTY_CODE_SESSION_EXPIRY_INTERVAL;
        property.value.integer4 = seconds;
        ::MQTTProperties_add(&all_, &property);
    }
    MQTTProperties* get() { return &all_; }

  private:
    // Paho copies it.
    static MQTTLenString lend(const std::string& text) {
        return {static_cast<int>(text.size()), const_cast<char*>(text.data())};
    }

    MQTTProperties all_ = MQTTProperties_initializer;
};

std::vector<std::pair<std::string, std::string>> user_properties_of(const MQTTProperties& properties) {
    std::vector<std::pair<std::string, std::string>> found;
    for (int i = 0; i < properties.count; ++i) {
        const MQTTProperty& property = properties.array[i];
        if (property.identifier != MQTTPROPERTY_CODE_USER_PROPERTY) continue;
        const auto text = [](const MQTTLenString& part) {
            return std::string(part.data, static_cast<std::size_t>(part.len));
        };
        found.emplace_back(text(property.value.data), text(property.value.value));
    }
    return found;
}

}  // namespace

void add_mqtt_options(CLI::App& command, MqttOptions& options) {
    command.set_help_flag("--help", "Print this help message and exit");
    command.add_option("-h,--host", options.host, "where the broker is")->capture_default_str();
    command.add_option("-p,--port", options.port, "its port (default: 1883, or 8883 with TLS)");
    command.add_option("-i,--id", options.client_id, "client id (default: the broker chooses)");
    command.add_option("-u,--username", options.user, "user name");
    command.add_option("-P,--pw", options.password, "password; in the environment nobody else sees it")
        ->envname("DRAYCTL_PASSWORD");
    command.add_option("-q,--qos", options.qos, "quality of service")
        ->check(CLI::Range(0, 2))
        ->capture_default_str();
    command.add_option("-k,--keepalive", options.keep_alive_s, "seconds")->capture_default_str();
    command.add_flag("--tls", options.tls, "TLS, with the system's certificates");
    command.add_option("--cafile", options.ca_file, "TLS, with the certificates in this file")
        ->check(CLI::ExistingFile);
    command.add_option("--cert", options.cert_file, "the client's certificate")->check(CLI::ExistingFile);
    command.add_option("--key", options.key_file, "its private key")->check(CLI::ExistingFile);
    command.add_flag("--insecure", options.insecure, "do not check that the certificate is of that host");
}

MqttClient::MqttClient(const MqttOptions& options) {
    const bool tls = options.tls || !options.ca_file.empty() || !options.cert_file.empty();
    const std::uint16_t port = options.port != 0 ? options.port : tls ? kTlsPort : kPort;
    address_ = options.host + ':' + std::to_string(port);
    const std::string uri = (tls ? "ssl://" : "tcp://") + address_;
    MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
    create.MQTTVersion = MQTTVERSION_5;
    if (const int code = ::MQTTClient_createWithOptions(&client_, uri.c_str(), options.client_id.c_str(),
                                                        MQTTCLIENT_PERSISTENCE_NONE, nullptr, &create);
        code != MQTTCLIENT_SUCCESS) {
        throw Failure(ExitCode::kUsage, address_ + ": " + reason_of(code));
    }
    ::MQTTClient_setCommandTimeout(client_, kAnswerMaxMs);
    // Only so does Paho tell the reason of a PUBACK or PUBREC.
    ::MQTTClient_setPublished(client_, this,
                              [](void* self, int, int, MQTTProperties*, MQTTReasonCodes reason) {
                                  static_cast<MqttClient*>(self)->published_reason_ = reason;
                              });

    MQTTClient_connectOptions connect = MQTTClient_connectOptions_initializer5;
    connect.keepAliveInterval = options.keep_alive_s;
    connect.cleanstart = options.keeps_session ? 0 : 1;
    connect.username = text_or_null(options.user);
    connect.password = text_or_null(options.password);
    MQTTClient_SSLOptions ssl = MQTTClient_SSLOptions_initializer;
    ssl.trustStore = text_or_null(options.ca_file);
    ssl.keyStore = text_or_null(options.cert_file);
    ssl.privateKey = text_or_null(options.key_file);
    ssl.verify = options.insecure ? 0 : 1;
    std::string why;
    ssl.ssl_error_context = &why;
    ssl.ssl_error_cb = [](const char* text, std::size_t size, void* into) {
        static_cast<std::string*>(into)->append(text, size);
        return 1;
    };
    if (tls) connect.ssl = &ssl;
    PahoProperties properties;
    if (options.keeps_session) properties.add_session_expiry(kSessionForEver);
    MQTTResponse answer = ::MQTTClient_connect5(client_, &connect, properties.get(), nullptr);
    const int code = code_of(answer);
    ::MQTTResponse_free(answer);
    if (code == MQTTREASONCODE_SUCCESS) return;
    ::MQTTClient_destroy(&client_);
    if (is_refusal(code)) throw Failure(ExitCode::kRefused, address_ + " refuses: " + reason_of(code));
    if (why.empty()) why = code == MQTTCLIENT_FAILURE ? "nobody answers there in MQTT" : reason_of(code);
    throw Failure(ExitCode::kUnreachable, "no connection to " + address_ + ": " + why);
}

MqttClient::~MqttClient() {
    ::MQTTClient_disconnect5(client_, kHangUpMs, MQTTREASONCODE_NORMAL_DISCONNECTION, nullptr);
    ::MQTTClient_destroy(&client_);
}

void MqttClient::subscribe(const std::vector<std::string>& filters, int qos, bool with_retained) {
    MQTTSubscribe_options options = MQTTSubscribe_options_initializer;
    options.retainHandling = with_retained ? 0 : 2;
    for (const std::string& filter : filters) {
        MQTTResponse answer = ::MQTTClient_subscribe5(client_, filter.c_str(), qos, &options, nullptr);
        const int code = code_of(answer);
        ::MQTTResponse_free(answer);
        if (code < 0)
            throw Failure(ExitCode::kUnreachable, "no answer from " + address_ + ": " + reason_of(code));
        if (is_refusal(code))
            throw Failure(ExitCode::kRefused, "subscribing " + filter + " is refused: " + reason_of(code));
    }
}

std::optional<MqttMessage> MqttClient::receive(std::chrono::milliseconds patience) {
    char* topic = nullptr;
    int topic_size = 0;
    MQTTClient_message* message = nullptr;
    const int code = ::MQTTClient_receive(client_, &topic, &topic_size, &message,
                                          static_cast<unsigned long>(patience.count()));
    if (message == nullptr) {
        if (code == MQTTCLIENT_SUCCESS && ::MQTTClient_isConnected(client_) != 0) return {};
        throw Failure(ExitCode::kUnreachable, address_ + " closed the connection");
    }
    MqttMessage received{
        .topic = std::string(topic, static_cast<std::size_t>(topic_size)),
        .payload = std::string(static_cast<const char*>(message->payload),
                               static_cast<std::size_t>(message->payloadlen)),
        .qos = message->qos,
        .retain = message->retained != 0,
        .user_properties = user_properties_of(message->properties),
    };
    ::MQTTClient_free(topic);
    ::MQTTClient_freeMessage(&message);
    return received;
}

void MqttClient::publish(const MqttMessage& message) {
    MQTTClient_message paho = MQTTClient_message_initializer;
    paho.payload = const_cast<char*>(message.payload.data());
    paho.payloadlen = static_cast<int>(message.payload.size());
    paho.qos = message.qos;
    paho.retained = message.retain ? 1 : 0;
    PahoProperties properties;
    for (const auto& [name, value] : message.user_properties) properties.add_user(name, value);
    paho.properties = *properties.get();
    MQTTClient_deliveryToken token = 0;
    MQTTResponse answer = ::MQTTClient_publishMessage5(client_, message.topic.c_str(), &paho, &token);
    int code = code_of(answer);
    ::MQTTResponse_free(answer);
    if (code == MQTTCLIENT_SUCCESS && message.qos > 0) {
        code = ::MQTTClient_waitForCompletion(client_, token, kAnswerMaxMs);
        if (code == MQTTCLIENT_SUCCESS) code = published_reason_;
    }
    if (is_refusal(code))
        throw Failure(ExitCode::kRefused,
                      "publishing to " + message.topic + " is refused: " + reason_of(code));
    if (code < 0)
        throw Failure(ExitCode::kUnreachable, "no answer from " + address_ + ": " + reason_of(code));
}

}  // namespace dray::ctl
