// What must hold in every simulation. A law hears what happens, in the order in which it happens, and says
// when it is broken; one file each in laws/.
//
//     began      a broker is set up; what its queues and streams are
//     sent       a client has given a message to the network for the first time
//     sent_again ... over another connection, as it had no answer
//     answered   ... and has its PUBACK or PUBREC, or gave up
//     arrived    a message has come to a client, as a new one by the rules of its QoS
//     acknowledged   a client has sent PUBACK or PUBREC for it
//     released   ... and PUBREL has come on the same connection
//     asked, subscribed, unsubscribed   SUBSCRIBE was sent; SUBACK has come; UNSUBSCRIBE was sent
//     connected  CONNACK has come
//     disconnected   a client has lost or left its connection; what it sent last may not arrive
//     session_ended  by the client's doing
//     misspoke   the broker has said to a client what it may not say
//     closed     the broker has closed a connection
//     crashed    the broker's process was killed
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "cluster.h"
#include "mqtt/packet.h"
#include "shard/books.h"

namespace dray::sim {

class Situation;

// A message as its publisher knows it.
struct Message {
    enum class Fate : std::uint8_t {
        kOpen,      // not answered, or at QoS 0, or given up with its session
        kAccepted,  // PUBACK or PUBREC has come
        kRefused,   // ... with a reason of failure
    };
    std::uint32_t number = 0;  // unique; grows with the time of sending
    std::string publisher;
    std::string topic;
    mqtt::QoS qos = mqtt::QoS::kAtMostOnce;
    bool retain = false;
    bool is_empty = false;        // without payload: forgets the retained message
    bool is_will = false;         // sent by the broker, if at all
    std::uint32_t delay_s = 0;    // published later by so much (shard/delayed.h); 0 = at once
    Instant due;                  // ... and not before
    Instant expires_at = kNever;  // from then on it may be gone; whole seconds, counted when it was sent last
    Fate fate = Fate::kOpen;
    bool was_repeated = false;  // sent again on another connection
};

struct Arrival {
    const Message& message;
    std::string client;
    std::uint32_t session = 0;  // which of the client's sessions
    std::string group;          // of clients with shared subscriptions; else empty
    mqtt::QoS qos = mqtt::QoS::kAtMostOnce;
    bool retain = false;
    // QoS 1 and 2 messages that this client has not acknowledged, with this one, and may be given at once.
    std::size_t unacknowledged = 0;
    std::size_t window = 0;
    std::string queue = {};    // that the client consumes; else empty
    std::string died_in = {};  // of a dead letter: the queue that it comes from, if the client can see that
    std::uint64_t offset = 0;  // in the stream that the client reads; else 0
    Instant at = {};
    bool is_late = false;  // the broker has ended the connection meanwhile
};

// What a consumer of a queue has said of a message.
struct Settled {
    const Message& message;
    std::string client;
    std::string queue;
    bool is_refused = false;
};

struct Subscription {
    std::string client;
    std::string filter;  // without $share/<group>/
    std::string group;   // empty = not shared
    mqtt::SubscriptionOptions options;
    bool lasts = true;  // the session outlives its connection
};

// How the broker closed a connection.
struct Closing {
    std::string client;
    bool behaves = true;        // the client has kept the rules
    bool has_rival = false;     // the client has another connection
    bool said_goodbye = false;  // DISCONNECT was sent
    mqtt::ReasonCode reason{};
    std::string why;
};

class Law {
  public:
    virtual ~Law() = default;
    virtual std::string_view name() const = 0;

    virtual void began(const test::ClusterOptions&) {}
    virtual void sent(const Message&) {}
    virtual void sent_again(const Message&) {}
    virtual void answered(const Message&) {}
    virtual void arrived(const Arrival&) {}
    virtual void acknowledged(const Settled&) {}
    virtual void released(const Settled&) {}
    virtual void asked(const Subscription&) {}
    virtual void subscribed(const Subscription&) {}
    virtual void unsubscribed(const Subscription&) {}
    virtual void connected(const std::string& /*client*/) {}
    virtual void disconnected(const std::string& /*client*/) {}
    virtual void session_ended(const std::string& /*client*/) {}
    virtual void misspoke(const std::string& /*client*/, const std::string& /*what*/) {}
    virtual void closed(const Closing&) {}
    virtual void crashed() {}
    virtual void at_any_time(Situation&) {}
    virtual void at_the_end(Situation&) {}

    // The first way in which it was broken; empty = it holds.
    const std::string& verdict() const { return verdict_; }

  protected:
    void broken(std::string how) {
        if (verdict_.empty()) verdict_ = std::move(how);
    }
    static std::string describe(const Message& message) {
        return "message " + std::to_string(message.number) + " of " + message.publisher + " to " +
               message.topic;
    }

  private:
    std::string verdict_;
};

class Laws {
  public:
    void add(std::unique_ptr<Law> law) { laws_.push_back(std::move(law)); }
    template <typename Method, typename... Arguments>
    void tell(Method method, Arguments&&... arguments) {
        for (const auto& law : laws_) std::invoke(method, *law, arguments...);
    }
    // "<law>: <how>", of the first that is broken; empty = all hold.
    std::string verdict() const {
        for (const auto& law : laws_) {
            if (!law->verdict().empty()) return std::string(law->name()) + ": " + law->verdict();
        }
        return {};
    }

  private:
    std::vector<std::unique_ptr<Law>> laws_;
};

}  // namespace dray::sim
