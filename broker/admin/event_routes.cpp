#include "admin/event_routes.h"

#include <charconv>
#include <utility>

#include "admin/json_response.h"
#include "admin/message_json.h"
#include "admin/mqtt_client.h"
#include "admin/query.h"
#include "mqtt/topic.h"
#include "mqtt/utf8.h"
#include "reactor/log.h"
#include "session/message.h"
#include "shard/queue_consumers.h"
#include "shard/stream_filter.h"

namespace dray::admin {

namespace {

using mqtt::PropertyId;
using mqtt::ReasonCode;
using CallRef = std::shared_ptr<Call>;

constexpr mqtt::PacketId kSubscribeId{1};
constexpr std::uint64_t kEventPayloadBytesMax = 16ULL * 1024 * 1024;

struct WatchWish {
    std::string filter;
    std::uint64_t qos = 1;
    std::uint64_t payload_bytes_max = 64 * 1024;
};

// Where a stream goes on behind the event that the client saw last. Nothing: it is no stream, or no offset.
std::optional<std::string> go_on_behind(const std::string& last_event_id, std::string_view filter) {
    const auto stream = shard::parse_stream_filter(filter);
    std::uint64_t offset = 0;
    const char* const end = last_event_id.data() + last_event_id.size();
    const auto [read, error] = std::from_chars(last_event_id.data(), end, offset);
    if (!stream || last_event_id.empty() || error != std::errc() || read != end) return std::nullopt;
    std::string text(shard::kStreamRoot);
    text.append(stream->stream).append("/").append(std::to_string(offset + 1));
    if (!stream->filter.empty()) text.append("/").append(stream->filter);
    return text;
}

std::string_view offset_of(const mqtt::Properties& properties) {
    for (const mqtt::Property& property : properties) {
        if (property.id == PropertyId::kUserProperty && property.text == shard::kStreamOffset)
            return property.value;
    }
    return {};
}

std::string to_event(const mqtt::Publish& publish, std::size_t payload_bytes_max) {
    std::string event;
    const std::string_view offset = offset_of(publish.properties);
    if (!offset.empty()) event.append("id: ").append(offset).append("\n");
    const auto message = session::Message::make(publish, publish.topic, {});
    event += "data: ";
    event += message_json(*message, payload_bytes_max)
                 .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    return event + "\n\n";
}

// What this listener gets no other does: that is more than looking.
bool takes_from_others(std::string_view filter) {
    return filter.starts_with(shard::kQueueRoot) || mqtt::parse_shared(filter);
}

int status_of_refusal(ReasonCode reason) {
    switch (reason) {
        case ReasonCode::kNotAuthorized:
            return 403;
        case ReasonCode::kTopicFilterInvalid:
            return 400;
        default:
            return 503;
    }
}

// One subscription: a client of the broker on one side, an open answer on the other.
class EventStream : public std::enable_shared_from_this<EventStream> {
  public:
    EventStream(EventLoop& loop, std::shared_ptr<std::size_t> open, CallRef call,
                std::shared_ptr<MqttClient> client, WatchWish wish)
        : loop_(loop),
          open_(std::move(open)),
          call_(std::move(call)),
          client_(std::move(client)),
          wish_(std::move(wish)) {
        ++*open_;
    }
    ~EventStream() { --*open_; }
    EventStream(const EventStream&) = delete;
    EventStream& operator=(const EventStream&) = delete;

    void begin() {
        mqtt::Subscribe subscribe;
        subscribe.packet_id = kSubscribeId;
        subscribe.requests.push_back({wish_.filter, {}});
        subscribe.requests[0].options.qos = static_cast<mqtt::QoS>(wish_.qos);
        subscribe.requests[0].options.retain_as_published = true;
        client_->send(subscribe);
        hear();
    }

  private:
    void hear() {
        client_->next([self = shared_from_this()](const mqtt::Packet* packet) {
            if (packet == nullptr) return self->end(kShardSilent);
            std::visit([&self](const auto& each) { self->take(each); }, *packet);
        });
    }

    void take(const mqtt::Suback& answer) {
        const ReasonCode reason = answer.reasons.at(0);
        if (is_failure(reason)) {
            const auto why = answer.properties.text(PropertyId::kReasonString);
            return end({status_of_refusal(reason), std::string(why.value_or(name(reason))), "filter"});
        }
        HttpResponse response{.content_type = "text/event-stream"};
        response.open_body = [self = shared_from_this()](const std::shared_ptr<OpenBody>& body) {
            self->body_ = body;
            body->on_end([self] { self->client_->close(); });
            self->comment_later();
            self->hear();
        };
        std::exchange(call_, nullptr)->respond(std::move(response));
    }

    void take(const mqtt::Publish& publish) {
        const auto body = body_.lock();
        if (!body) return client_->close();
        body->write(to_event(publish, wish_.payload_bytes_max),
                    [self = shared_from_this(), qos = publish.qos, id = publish.packet_id] {
                        if (qos == mqtt::QoS::kAtLeastOnce) self->client_->send(mqtt::Puback{{id, {}, {}}});
                        self->hear();
                    });
    }

    void take(const mqtt::Connack& answer) { go_on_or_end(answer.reason, answer.properties); }
    void take(const mqtt::Disconnect& goodbye) {
        end({503,
             std::string(goodbye.properties.text(PropertyId::kReasonString).value_or(name(goodbye.reason)))});
    }
    template <typename Other>
    void take(const Other&) {
        hear();
    }

    void go_on_or_end(ReasonCode reason, const mqtt::Properties& properties) {
        if (!is_failure(reason)) return hear();
        end({503, std::string(properties.text(PropertyId::kReasonString).value_or(name(reason)))});
    }

    void comment_later() {
        loop_.after(kCommentInterval, [weak = weak_from_this()] {
            const auto self = weak.lock();
            const auto body = self ? self->body_.lock() : nullptr;
            if (!body) return;
            body->write(":\n\n", [] {});
            self->comment_later();
        });
    }

    void end(const Problem& problem) {
        if (call_) std::exchange(call_, nullptr)->respond(to_response(problem));
        if (const auto body = body_.lock()) body->end();
        client_->close();
    }

    EventLoop& loop_;
    std::shared_ptr<std::size_t> open_;  // how many there are
    CallRef call_;                       // until it is answered
    std::shared_ptr<MqttClient> client_;
    WatchWish wish_;
    std::weak_ptr<OpenBody> body_;  // which keeps this for as long as it is open
};

void subscribe(const Context& context, const std::shared_ptr<std::size_t>& open, const CallRef& call) {
    WatchWish wish;
    Query query(call->target.query);
    query.read("filter", wish.filter);
    query.read("qos", wish.qos, 1);
    query.read("payload_bytes_max", wish.payload_bytes_max, kEventPayloadBytesMax);
    if (wish.filter.size() > mqtt::kTopicBytesMax || !mqtt::is_valid_utf8(as_bytes(wish.filter)) ||
        !mqtt::is_valid_topic_filter(wish.filter))
        query.fail("filter", "must be a filter of topics");
    if (const auto problem = query.finish()) return call->respond(to_response(*problem));
    if (takes_from_others(wish.filter)) {
        if (const auto refusal = refuse_role(call->from, Role::kOperate))
            return call->respond(to_response(*refusal));
        reactor::log_info("admin request",
                          {{"who", call->from.who}, {"method", "GET"}, {"target", call->request.target}});
    }
    if (*open >= kEventStreamsMax)
        return call->respond(to_response(
            {503, "there are " + std::to_string(kEventStreamsMax) + " event streams, more are not served"}));
    if (auto behind = go_on_behind(call->request.last_event_id, wish.filter))
        wish.filter = std::move(*behind);
    auto client = MqttClient::connect(context.loop, context.connect());
    if (!client) return call->respond(to_response({503, "there are no more sockets"}));
    std::make_shared<EventStream>(context.loop, open, call, std::move(client), std::move(wish))->begin();
}

}  // namespace

void add_event_routes(Router& router, const Context& context) {
    router.add("GET", "/api/v1/events",
               [&context, open = std::make_shared<std::size_t>(0)](const CallRef& call) {
                   subscribe(context, open, call);
               });
}

}  // namespace dray::admin
