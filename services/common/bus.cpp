#include "services/common/bus.h"

#include <mqtt/async_client.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>
#include <thread>

#include "services/common/broker_address.h"

namespace dray::service {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBackoffMin{250};
constexpr milliseconds kBackoffMax{8000};
constexpr std::chrono::seconds kAnswerMax{10};
constexpr int kKeepAliveSeconds = 20;
constexpr std::size_t kReceiveMaximumDefault = 65'535;

// Paho knows tcp://; the rest of Dray says mqtt://.
std::string paho_address(const std::string& broker) {
    const auto address = parse_broker_address(broker);
    return "tcp://" + address.host + ":" + address.port;
}

mqtt::message_ptr to_paho(const Message& message) {
    mqtt::properties properties;
    for (const auto& [name, value] : message.user_properties) {
        properties.add(mqtt::property(mqtt::property::USER_PROPERTY, name, value));
    }
    if (!message.response_topic.empty())
        properties.add(mqtt::property(mqtt::property::RESPONSE_TOPIC, message.response_topic));
    if (!message.correlation_data.empty())
        properties.add(mqtt::property(mqtt::property::CORRELATION_DATA, message.correlation_data));
    return mqtt::message::create(message.topic, message.payload.data(), message.payload.size(), message.qos,
                                 message.retained, properties);
}

std::string text_property(const mqtt::message& message, mqtt::property::code code) {
    const auto& properties = message.get_properties();
    return properties.contains(code) ? mqtt::get<std::string>(properties, code) : std::string{};
}

std::size_t receive_maximum_of(const mqtt::connect_response& answer) {
    const auto& properties = answer.get_properties();
    if (!properties.contains(mqtt::property::RECEIVE_MAXIMUM)) return kReceiveMaximumDefault;
    return mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
}

std::string_view next_level(std::string_view& rest, bool& more) {
    const auto slash = rest.find('/');
    const auto level = rest.substr(0, slash);
    more = slash != std::string_view::npos;
    rest = more ? rest.substr(slash + 1) : std::string_view{};
    return level;
}

}  // namespace

bool topic_matches(const std::string& filter, const std::string& topic) {
    if (!topic.empty() && topic[0] == '$' && (filter.empty() || filter[0] != '$')) return false;
    std::string_view f = filter;
    std::string_view t = topic;
    bool more_filter = true;
    bool more_topic = true;
    while (more_filter) {
        const auto level = next_level(f, more_filter);
        if (level == "#") return true;
        if (!more_topic) return false;
        const auto name = next_level(t, more_topic);
        if (level != "+" && level != name) return false;
        // "a/#" also matches "a" itself [MQTT-5.0 4.7.1.2].
        if (!more_topic && more_filter && f == "#") return true;
    }
    return !more_topic;
}

struct Bus::Impl : mqtt::iaction_listener {
    Impl(Options o, Callbacks c)
        : options(std::move(o)),
          callbacks(std::move(c)),
          client(paho_address(options.broker), options.client_id, mqtt::create_options(MQTTVERSION_5)) {
        client.set_message_callback([this](const mqtt::const_message_ptr& message) {
            callbacks.on_message(
                {.topic = message->get_topic(),
                 .payload = message->to_string(),
                 .qos = message->get_qos(),
                 .retained = message->is_retained(),
                 .response_topic = text_property(*message, mqtt::property::RESPONSE_TOPIC),
                 .correlation_data = text_property(*message, mqtt::property::CORRELATION_DATA)});
        });
        client.set_connection_lost_handler([this](const std::string&) { lost(); });
        client.set_disconnected_handler([this](const mqtt::properties&, mqtt::ReasonCode) { lost(); });
    }

    void keep_connected() {
        auto backoff = kBackoffMin;
        while (!stopping()) {
            const auto error = connect_and_subscribe();
            if (error.empty()) {
                backoff = kBackoffMin;
                std::unique_lock lock(mutex);
                changed.wait(lock, [this] { return stop_asked || !up; });
                continue;
            }
            spdlog::warn("no connection to {}: {}; next try in {} ms", options.broker, error,
                         backoff.count());
            std::unique_lock lock(mutex);
            changed.wait_for(lock, backoff, [this] { return stop_asked; });
            backoff = std::min(backoff * 2, kBackoffMax);
        }
    }

    // Empty when all went well, else what did not.
    std::string connect_and_subscribe() {
        try {
            up = true;  // before the connection, so that losing it again at once is not overlooked
            const auto token = client.connect(connect_options());
            if (!token->wait_for(kAnswerMax)) throw std::runtime_error("no answer to CONNECT");
            receive_maximum = receive_maximum_of(token->get_connect_response());
            if (!subscriptions.empty()) subscribe_all();
            if (!options.health_topic.empty()) client.publish(health("up"));
        } catch (const std::exception& error) {
            up = false;
            hang_up();
            return error.what();
        }
        spdlog::info("connected to {} as {}", options.broker, options.client_id);
        callbacks.on_ready();
        return {};
    }

    // One SUBSCRIBE each: Paho C++ 1.2 crashes on many filters with options.
    void subscribe_all() {
        std::vector<mqtt::token_ptr> tokens;
        for (const auto& subscription : subscriptions) {
            tokens.push_back(client.subscribe(subscription.filter, subscription.qos));
        }
        for (std::size_t i = 0; i < tokens.size(); ++i) {
            if (!tokens[i]->wait_for(kAnswerMax)) throw std::runtime_error("no answer to SUBSCRIBE");
            const auto code = tokens[i]->get_reason_code();
            if (code < mqtt::ReasonCode::UNSPECIFIED_ERROR) continue;
            throw std::runtime_error("the broker refuses to subscribe " + subscriptions[i].filter +
                                     " (reason " + std::to_string(static_cast<int>(code)) + ")");
        }
    }

    mqtt::connect_options connect_options() const {
        mqtt::connect_options connect;
        connect.set_mqtt_version(MQTTVERSION_5);
        connect.set_clean_start(true);
        connect.set_keep_alive_interval(kKeepAliveSeconds);
        connect.set_connect_timeout(std::chrono::seconds(5));
        if (!options.health_topic.empty()) connect.set_will(mqtt::will_options(*health("down")));
        return connect;
    }

    mqtt::message_ptr health(std::string_view state) const {
        return mqtt::message::create(options.health_topic, state.data(), state.size(), 1, true);
    }

    void hang_up() {
        try {
            if (client.is_connected()) client.disconnect(0)->wait_for(kAnswerMax);
        } catch (const std::exception& error) {
            spdlog::debug("disconnect: {}", error.what());
        }
    }

    void lost() {
        {
            const std::lock_guard lock(mutex);
            if (!up.exchange(false) || stop_asked) return;
        }
        spdlog::warn("connection to {} lost", options.broker);
        callbacks.on_lost();
        changed.notify_all();
    }

    bool stopping() {
        const std::lock_guard lock(mutex);
        return stop_asked;
    }

    void on_success(const mqtt::token& token) override {
        callbacks.on_acknowledged(reinterpret_cast<std::uintptr_t>(token.get_user_context()));
    }
    void on_failure(const mqtt::token& token) override {
        spdlog::debug("publish failed: {}", static_cast<int>(token.get_return_code()));
        callbacks.on_refused();
    }

    Options options;
    std::vector<Subscription> subscriptions;
    Callbacks callbacks;
    std::mutex mutex;
    std::condition_variable changed;
    bool stop_asked = false;
    std::atomic<bool> up = false;
    std::atomic<std::size_t> receive_maximum = kReceiveMaximumDefault;
    std::thread keeper;
    mqtt::async_client client;  // last: its callbacks use everything above
};

Bus::Bus(Options options, Callbacks callbacks)
    : impl_(std::make_unique<Impl>(std::move(options), std::move(callbacks))) {}

Bus::~Bus() {
    stop();
}

void Bus::subscribe(Subscription subscription) {
    impl_->subscriptions.push_back(std::move(subscription));
}

void Bus::start() {
    impl_->keeper = std::thread([this] { impl_->keep_connected(); });
}

void Bus::stop() {
    {
        const std::lock_guard lock(impl_->mutex);
        if (impl_->stop_asked) return;
        impl_->stop_asked = true;
    }
    impl_->changed.notify_all();
    if (impl_->keeper.joinable()) impl_->keeper.join();
    try {
        if (impl_->client.is_connected() && !impl_->options.health_topic.empty()) {
            impl_->client.publish(impl_->health("down"))->wait_for(kAnswerMax);
        }
    } catch (const std::exception& error) {
        spdlog::debug("last words: {}", error.what());
    }
    impl_->hang_up();
}

bool Bus::connected() const {
    return impl_->up && impl_->client.is_connected();
}

std::size_t Bus::receive_maximum() const {
    return impl_->receive_maximum;
}

bool Bus::publish(const Message& message, std::uint64_t ticket) {
    try {
        if (message.qos == 0) {
            impl_->client.publish(to_paho(message));
        } else {
            impl_->client.publish(to_paho(message), reinterpret_cast<void*>(ticket), *impl_);  // NOLINT
        }
        return true;
    } catch (const mqtt::exception& error) {
        spdlog::debug("cannot publish {} now: {}", message.topic, error.what());
        return false;
    }
}

}  // namespace dray::service
