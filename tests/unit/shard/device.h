// Well-behaved clients with sessions that last, for random tests: they keep what MQTT asks a client to keep
// (section 4.1), send again what was not acknowledged when they come back, and write down what happened.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "world.h"

namespace dray::test {

class Device {
  public:
    Device(World& world, std::string name, mqtt::ProtocolVersion version)
        : world_(world), name_(std::move(name)), version_(version) {}
    virtual ~Device() = default;
    const std::string& name() const { return name_; }

    // Takes in what has come; connects if the connection is gone.
    void run();
    void drop();
    bool is_connected() const { return is_connected_; }
    bool ever_connected() const { return had_session_; }

  protected:
    Client& client() { return world_.client(name_); }
    virtual void connected() = 0;
    virtual void received(const mqtt::Packet& packet) = 0;

    World& world_;

  private:
    std::string name_;
    mqtt::ProtocolVersion version_;
    bool asked_ = false;         // CONNECT was sent on this connection
    bool is_connected_ = false;  // CONNACK has come on it
    bool had_session_ = false;
};

// Publishes numbers, each once: topic "<topic>", payload "<number>".
class PublishingDevice final : public Device {
  public:
    PublishingDevice(World& world, std::string name, std::string topic, mqtt::ProtocolVersion version)
        : Device(world, std::move(name), version), topic_(std::move(topic)) {}

    void publish(int qos, bool retain);
    bool is_done() const { return outgoing_.empty(); }
    const std::string& topic() const { return topic_; }
    int last() const { return last_; }
    int qos_of(int number) const { return qos_of_.at(number); }
    bool was_refused(int number) const { return refused_.contains(number); }
    int last_retained() const { return last_retained_; }

  protected:
    void connected() override;
    void received(const mqtt::Packet& packet) override;

  private:
    struct Outgoing {
        int number = 0;
        int qos = 0;
        int id = 0;
        bool retain = false;
        bool released = false;  // PUBREC has come
        std::string payload;
    };
    void send(const Outgoing& outgoing, bool dup);
    Outgoing* find(mqtt::PacketId id);
    void remove(mqtt::PacketId id);

    std::string topic_;
    int last_ = 0;
    int last_retained_ = 0;
    int next_id_ = 1;
    std::map<int, int> qos_of_;
    std::set<int> refused_;
    std::deque<Outgoing> outgoing_;
};

class SubscribingDevice final : public Device {
  public:
    SubscribingDevice(World& world, std::string name, std::string filter, int qos,
                      mqtt::ProtocolVersion version)
        : Device(world, std::move(name), version), filter_(std::move(filter)), qos_(qos) {}

    bool is_subscribed() const { return is_subscribed_; }
    int qos() const { return qos_; }
    const std::string& filter() const { return filter_; }
    struct Arrival {
        std::string topic;
        int number = 0;
    };
    const std::vector<Arrival>& arrivals() const { return arrivals_; }

  protected:
    void connected() override;
    void received(const mqtt::Packet& packet) override;

  private:
    void receive(const mqtt::Publish& publish);

    std::string filter_;
    int qos_;
    bool is_subscribed_ = false;
    std::set<mqtt::PacketId> unreleased_;
    std::vector<Arrival> arrivals_;
};

}  // namespace dray::test
