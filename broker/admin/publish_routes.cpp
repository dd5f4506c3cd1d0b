#include "admin/publish_routes.h"

#include <optional>
#include <utility>
#include <vector>

#include "admin/fields.h"
#include "admin/json_response.h"
#include "admin/mqtt_client.h"
#include "auth/crypto.h"
#include "mqtt/topic.h"

namespace dray::admin {

namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;
using CallRef = std::shared_ptr<Call>;

constexpr mqtt::PacketId kPublishId{1};

struct Order {
    std::string topic;
    std::string payload;
    std::uint8_t qos = 1;
    bool retain = false;
    mqtt::PropertyList properties;
};

// A text that goes into a property, if it is there.
std::string read_text(Fields& fields, const std::string& name) {
    std::string text;
    fields.read(name, text);
    if (text.size() > mqtt::kTextBytesMax) fields.fail(name, "is longer than 65535 bytes");
    return text;
}

std::optional<std::string> read_base64(Fields& fields, const std::string& name) {
    std::string text;
    fields.read(name, text);
    auto bytes = auth::from_base64(text);
    if (!bytes) fields.fail(name, "is not base64");
    return text.empty() ? std::nullopt : bytes;
}

void read_properties(Fields& fields, mqtt::PropertyList& properties) {
    constexpr std::uint32_t kNone = 0;
    std::uint32_t expiry_s = kNone;
    fields.read("expiry_s", expiry_s, {.least = 1});
    if (expiry_s != kNone) properties.add(PropertyId::kMessageExpiryInterval, expiry_s);
    if (const std::string type = read_text(fields, "content_type"); !type.empty())
        properties.add(PropertyId::kContentType, type);
    const std::string response_topic = read_text(fields, "response_topic");
    if (!response_topic.empty()) {
        if (!mqtt::is_valid_topic_name(response_topic)) fields.fail("response_topic", "is not a topic");
        properties.add(PropertyId::kResponseTopic, response_topic);
    }
    const auto correlation = read_base64(fields, "correlation_data_base64");
    if (correlation && correlation->size() > mqtt::kTextBytesMax)
        fields.fail("correlation_data_base64", "is longer than 65535 bytes");
    else if (correlation)
        properties.add(PropertyId::kCorrelationData, *correlation);
    std::vector<std::pair<std::string, std::string>> user;
    fields.read("user", user);
    for (const auto& [name, value] : user) {
        if (name.size() > mqtt::kTextBytesMax || value.size() > mqtt::kTextBytesMax)
            return fields.fail("user", "has a text that is longer than 65535 bytes");
        properties.add_user(name, value);
    }
}

std::optional<Problem> read_order(const std::string& body, Order& order) {
    Fields fields(body);
    order.topic = read_text(fields, "topic");
    if (order.topic.size() <= mqtt::kTextBytesMax && !mqtt::is_valid_topic_name(order.topic))
        fields.fail("topic", "must be a topic to publish to: not empty, without + and #");
    fields.read("payload", order.payload);
    if (auto bytes = read_base64(fields, "payload_base64")) {
        if (!order.payload.empty()) fields.fail("payload_base64", "is another payload than payload");
        order.payload = std::move(*bytes);
    }
    fields.read("qos", order.qos, {.most = 2});
    fields.read("retain", order.retain);
    read_properties(fields, order.properties);
    return fields.finish();
}

int status_of(ReasonCode reason) {
    switch (reason) {
        case ReasonCode::kNotAuthorized:
            return 403;
        case ReasonCode::kPacketTooLarge:
            return 413;
        case ReasonCode::kQuotaExceeded:
        case ReasonCode::kServerBusy:
        case ReasonCode::kServerUnavailable:
        case ReasonCode::kServerShuttingDown:
        case ReasonCode::kUseAnotherServer:
            return 503;
        default:
            return 400;
    }
}

Problem refusal(ReasonCode reason, const mqtt::Properties& properties) {
    const auto why = properties.text(PropertyId::kReasonString);
    return {status_of(reason), std::string(why.value_or(name(reason)))};
}

// One message on its way: a client that publishes it and leaves. It waits as long as the acknowledgement
// takes: whoever were told that it failed would publish it again.
class Publication : public std::enable_shared_from_this<Publication> {
  public:
    Publication(CallRef call, std::shared_ptr<MqttClient> client, Order order)
        : call_(std::move(call)), client_(std::move(client)), order_(std::move(order)) {}

    void begin() {
        mqtt::Publish publish;
        publish.topic = order_.topic;
        publish.payload = as_bytes(order_.payload);
        publish.qos = static_cast<mqtt::QoS>(order_.qos);
        if (order_.qos > 0) publish.packet_id = kPublishId;
        publish.retain = order_.retain;
        publish.properties = order_.properties.view();
        client_->send(publish);
        // QoS 0 is not acknowledged: the answer to this says that it was taken in.
        if (order_.qos == 0) client_->send(mqtt::Pingreq{});
        hear();
    }

  private:
    void hear() {
        client_->next([self = shared_from_this()](const mqtt::Packet* packet) {
            if (packet == nullptr) return self->finish(to_response(kShardSilent));
            std::visit([&self](const auto& each) { self->take(each); }, *packet);
        });
    }

    void take(const mqtt::Connack& connack) { go_on_or_refuse(connack.reason, connack.properties); }
    void take(const mqtt::Disconnect& goodbye) {
        finish(to_response(refusal(goodbye.reason, goodbye.properties)));
    }
    void take(const mqtt::Pingresp&) { published(ReasonCode::kSuccess); }
    void take(const mqtt::Puback& ack) {
        is_failure(ack.reason) ? go_on_or_refuse(ack.reason, ack.properties) : published(ack.reason);
    }
    void take(const mqtt::Pubrec& ack) {
        reason_ = ack.reason;
        if (!is_failure(ack.reason)) client_->send(mqtt::Pubrel{{kPublishId, {}, {}}});
        go_on_or_refuse(ack.reason, ack.properties);
    }
    void take(const mqtt::Pubcomp&) { published(reason_); }
    template <typename Other>
    void take(const Other&) {
        hear();
    }

    void go_on_or_refuse(ReasonCode reason, const mqtt::Properties& properties) {
        if (!is_failure(reason)) return hear();
        finish(to_response(refusal(reason, properties)));
    }
    void published(ReasonCode reason) {
        nlohmann::ordered_json answer = {{"topic", order_.topic}};
        // Nobody says so of QoS 0.
        if (order_.qos > 0) answer["has_takers"] = reason != ReasonCode::kNoMatchingSubscribers;
        finish(json_response(answer));
    }
    void finish(HttpResponse response) {
        std::exchange(client_, nullptr)->close();
        call_->respond(std::move(response));
    }

    CallRef call_;
    std::shared_ptr<MqttClient> client_;  // none: it is finished
    Order order_;
    ReasonCode reason_{};
};

void publish(const Context& context, const CallRef& call) {
    Order order;
    if (const auto problem = read_order(call->request.body, order))
        return call->respond(to_response(*problem));
    auto client = MqttClient::connect(context.loop, context.connect());
    if (!client) return call->respond(to_response({503, "there are no more sockets"}));
    std::make_shared<Publication>(call, std::move(client), std::move(order))->begin();
}

}  // namespace

void add_publish_routes(Router& router, const Context& context, IdempotencyKeys& keys) {
    router.add("POST", "/api/v1/publish",
               keys.once([&context](const CallRef& call) { publish(context, call); }), Access::kByRole,
               Audit::kSome);
}

}  // namespace dray::admin
