// A client that keeps the rules of MQTT, as far as it says so: it holds the state that section 4.1 asks for,
// answers when it gets round to it, sends again what was not acknowledged when its session goes on, and tells
// the laws what happened to it. What it does, and when, is the seed's choice (simulation.h).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "law.h"
#include "network.h"

namespace dray::sim {

// What clients of one simulation share.
struct Common {
    Random& chance;
    Network& network;
    Laws& laws;
    std::deque<Message>& messages;  // all ever, by number - 1
    const Instant& now;
    std::size_t inflight_messages_max = 0;  // the broker's
};

struct Character {
    std::string id;
    mqtt::ProtocolVersion version = mqtt::ProtocolVersion::kV311;
    bool lasts = true;                  // its session outlives its connection
    std::uint16_t receive_maximum = 0;  // 5.0; 0 = it does not say
    std::uint16_t alias_maximum = 0;    // 5.0
    bool has_will = false;
    bool rests = false;    // it stops reading now and then
    std::string group;     // of its shared subscriptions
    std::string queue;     // whose consumer it is
    bool refuses = false;  // it refuses messages of that queue now and then; 5.0
    struct Wish {
        std::string filter;
        mqtt::SubscriptionOptions options;
        bool is_constant = true;  // not given up before the end
    };
    std::vector<Wish> wishes;
    struct Topic {
        std::string name;
        int qos = 0;
        bool retain = false;
        std::uint32_t delay_s = 0;
    };
    std::vector<Topic> topics;  // that it publishes to
};

class Client final : public Receiver {
  public:
    Client(Common& common, Character character) : common_(common), character_(std::move(character)) {}

    const Character& character() const { return character_; }
    bool has_connection() const { return wire_ != nullptr; }

    // --- what it may do; each does nothing where it makes no sense ---
    void connect();  // if it has a connection it leaves that without a word
    void publish();
    void subscribe();
    void unsubscribe();
    void answer(std::size_t count);  // acknowledges what it has received
    void rest(bool on);
    void disconnect();
    void lose_connection();
    // Its remaining wishes and answers; connects first. For the end.
    void settle();

    // What it waits for; empty if nothing.
    std::string awaited() const;
    std::size_t subscriptions() const { return confirmed_.size(); }

    // --- Receiver ---
    void receive(std::string_view bytes) override;
    void connection_ended() override;

  private:
    struct Outgoing {
        std::uint32_t number = 0;
        mqtt::PacketId id{};
        bool is_released = false;  // PUBREC has come
        bool was_sent = false;     // on an earlier connection
    };
    enum class Wishing : std::uint8_t { kSubscribe, kUnsubscribe };
    struct Answer {
        mqtt::Packet packet;
        std::uint32_t number = 0;  // of the message that it is for; 0 = none
        bool is_refusal = false;
    };
    struct Pending {
        Wishing what{};
        std::size_t wish = 0;
    };

    void send(const mqtt::Packet& packet);
    void send(const Outgoing& outgoing);
    void handle(const mqtt::Packet& packet);
    void handle_connack(const mqtt::Connack& connack);
    void handle_publish(const mqtt::Publish& publish);
    void handle_puback(const mqtt::Acknowledgement& puback);
    void handle_pubrec(const mqtt::Acknowledgement& pubrec);
    void handle_pubcomp(const mqtt::Acknowledgement& pubcomp);
    void handle_suback(const mqtt::Suback& suback);
    void handle_unsuback(const mqtt::Unsuback& unsuback);
    void accept_qos1(const mqtt::Publish& publish, std::string_view topic);
    void accept_qos2(const mqtt::Publish& publish, std::string_view topic);
    bool wants_to_refuse();
    // Tells the laws; returns its number, 0 if it has none.
    std::uint32_t arrive(const mqtt::Publish& publish, std::string_view topic);
    Message& new_message(const Character::Topic& topic, bool is_will);
    void answered(std::uint32_t number, mqtt::ReasonCode reason);
    void end_session();
    void forget_connection();
    Subscription subscription(std::size_t wish) const;
    Settled settled(std::uint32_t number, bool is_refused);
    mqtt::PacketId free_id();
    std::string payload_of(const Message& message) const;
    Message& message(std::uint32_t number) { return common_.messages[number - 1]; }
    std::deque<Outgoing>::iterator find(mqtt::PacketId id);
    void misspoke(const std::string& what) { common_.laws.tell(&Law::misspoke, character_.id, what); }
    std::size_t window() const;

    Common& common_;
    Character character_;

    // --- of the session ---
    std::uint32_t session_ = 1;
    bool has_session_ = false;
    std::deque<Outgoing> outgoing_;
    std::set<mqtt::PacketId> unreleased_;
    std::set<std::size_t> confirmed_;  // wishes
    std::set<std::size_t> refused_;
    int next_id_ = 1;
    bool is_settling_ = false;  // the end is near: it takes what comes

    // --- of the connection ---
    Wire* wire_ = nullptr;
    bool is_connected_ = false;  // CONNACK has come
    std::string input_;
    std::deque<Answer> answers_;  // not sent yet
    std::set<mqtt::PacketId> unacknowledged_;
    std::map<mqtt::PacketId, std::uint32_t> received_;  // QoS 2: PUBREC was sent for that message
    std::map<mqtt::PacketId, Pending> pending_;
    std::size_t send_quota_ = 20;  // the broker's Receive Maximum
    std::map<std::uint32_t, std::string> aliases_;
};

}  // namespace dray::sim
