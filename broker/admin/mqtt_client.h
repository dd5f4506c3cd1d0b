// A client of this very broker, MQTT 5.0 over a pair of sockets (Context::connect). What programs ask for by
// HTTP goes the same way as what clients ask for: there is one PUBLISH and one SUBSCRIBE, not two.
//
//     const auto client = MqttClient::connect(loop, context.connect());
//     client->send(mqtt::Publish{…});
//     client->next([client](const mqtt::Packet* packet) {…});      CONNACK, PUBACK, …; nullptr: it is over
//
// What is not asked for by next() stays in the sockets and then with the broker, under its limits. On the
// thread of the loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "admin/event_loop.h"
#include "mqtt/packet.h"
#include "reactor/file_descriptor.h"

namespace dray::admin {

class MqttClient : public std::enable_shared_from_this<MqttClient> {
  public:
    // Lives until next(), close() or the end of the call, whichever is first.
    using Heard = std::function<void(const mqtt::Packet*)>;

    // Says CONNECT, with a clean start and a client id that the broker chooses. Nothing: the socket is not
    // open.
    static std::shared_ptr<MqttClient> connect(EventLoop& loop, reactor::FileDescriptor socket);
    ~MqttClient();
    MqttClient(const MqttClient&) = delete;
    MqttClient& operator=(const MqttClient&) = delete;

    void send(const mqtt::Packet& packet);
    // One at a time.
    void next(Heard heard);
    // Takes its leave; nothing is heard any more.
    void close();

  private:
    struct Wire;
    MqttClient(EventLoop& loop, reactor::FileDescriptor socket);
    void write();
    void read(Heard heard);
    bool take_one(const Heard& heard);  // false: it has not arrived whole

    std::unique_ptr<Wire> wire_;
    std::string in_;
    std::size_t taken_ = 0;  // of `in_`
    std::string out_;        // not on its way yet
    std::string leaving_;
    bool is_closed_ = false;
};

}  // namespace dray::admin
