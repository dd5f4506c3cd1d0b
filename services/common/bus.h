// The way out, and the way in for streams: one MQTT 5 connection on Eclipse Paho, which this header keeps to
// itself.
//
//   start() ──> connecting ──> connected, subscribed ──> on_ready (each time)
//                   ▲                     │ lost
//                   └── backoff 0.25 … 8 s ┘           for ever, and the log says so
//
// Callbacks come on Paho's thread and must only pass things on. Paho acknowledges a PUBLISH before it shows
// it to us and has no manual acknowledgement, so this connection subscribes only to what may be lost: see
// consumer.h for the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "services/common/message.h"

namespace dray::service {

// `+` and `#` as in [MQTT-5.0 4.7.1]; topics that begin with `$` are only matched by filters that do.
bool topic_matches(const std::string& filter, const std::string& topic);

class Bus {
  public:
    struct Options {
        std::string broker;  // mqtt://host:port
        std::string client_id;
        std::string health_topic = {};  // retained: "up" while connected, "down" as the will; empty: none
    };
    struct Subscription {
        std::string filter;
        int qos = 1;
    };
    struct Callbacks {
        std::function<void(const Message&)> on_message;
        std::function<void()> on_ready;  // connected and subscribed
        std::function<void()> on_lost;
        // The broker has taken responsibility for the message published under this ticket (QoS 1).
        std::function<void(std::uint64_t ticket)> on_acknowledged;
        // ... or has not: refused, or the connection broke. Worth another try.
        std::function<void()> on_refused;
    };

    // Throws SettingsError when `broker` is not an address.
    Bus(Options options, Callbacks callbacks);
    ~Bus();
    Bus(const Bus&) = delete;
    Bus& operator=(const Bus&) = delete;

    void subscribe(Subscription subscription);  // before start
    void start();
    void stop();  // orderly: health "down", DISCONNECT; the session stays
    bool connected() const;
    // How many messages the broker takes before it has acknowledged one [MQTT-5.0 3.2.2.3.3].
    std::size_t receive_maximum() const;

    // False when it cannot be sent now (not connected). A QoS 0 message has no acknowledgement.
    bool publish(const Message& message, std::uint64_t ticket = 0);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace dray::service
