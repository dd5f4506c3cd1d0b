// Many clients of one broker on one epoll loop, which keep to the protocol by themselves: each joins
// (CONNECT, then its subscriptions), acknowledges what it gets, and carries on what it published to the end
// of its QoS. What is to be sent in a turn leaves together at its end. One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bench/connection.h"
#include "bench/failure.h"
#include "bench/histogram.h"

namespace dray::bench {

struct Client {
    std::string id;
    std::vector<std::string> filters;
    mqtt::QoS qos = mqtt::QoS::kAtMostOnce;  // of the subscriptions
    bool clean_session = true;
};

class CrowdListener {
  public:
    virtual ~CrowdListener() = default;
    // `payload` lives as long as the call.
    virtual void on_message(std::size_t client, ByteView payload, std::int64_t now) = 0;
    // PUBACK or PUBCOMP, for the client's messages in their order.
    virtual void on_acknowledged(std::size_t /*client*/, std::int64_t /*now*/) {}
};

struct CrowdOptions {
    Broker broker;
    TlsOptions tls;
    std::size_t joining_max = 200;  // clients that are under way at once
    std::size_t retries_max = 0;    // of all clients that are cut off before they have joined
};

// Any function throws Failure when the broker refuses or closes.
class Crowd {
  public:
    Crowd(const CrowdOptions& options, CrowdListener& listener);
    ~Crowd();
    Crowd(const Crowd&) = delete;
    Crowd& operator=(const Crowd&) = delete;

    std::size_t add(Client client);  // -> its index; it joins in the turns to come
    std::size_t size() const { return members_.size(); }
    std::size_t joined() const { return joined_; }
    bool all_joined() const { return joined_ == members_.size(); }
    std::size_t retried() const { return retried_; }
    const Histogram& join_times() const { return join_times_; }  // until CONNACK, in nanoseconds

    // At QoS above 0 a packet id is chosen here.
    void publish(std::size_t client, mqtt::Publish& message);
    void leave(std::size_t client);  // DISCONNECT, and the connection is closed

    // Waits for the sockets, at most until then, and does what they ask for. Everything has been sent, as far
    // as the sockets take it, before it waits and when it returns.
    void turn(std::int64_t until_ns);

  private:
    struct Member {
        Client client;
        std::unique_ptr<Connection> connection;
        std::int64_t began_ns = 0;
        std::uint16_t last_packet_id = 0;
        bool joined = false;
        bool has_output = false;
        bool polls_room = false;
    };
    class Reading;

    void begin_joining();
    void connect(std::size_t index);
    void was_cut_off(std::size_t index);
    void on_frame(std::size_t index, const mqtt::Frame& frame, std::int64_t now);
    void on_connack(std::size_t index, const mqtt::Frame& frame, std::int64_t now);
    void on_suback(std::size_t index, const mqtt::Frame& frame);
    void on_publish(std::size_t index, const mqtt::Frame& frame, std::int64_t now);
    void has_joined(Member& member);
    void note_output(std::size_t index);
    void flush();
    void flush(std::size_t index);

    CrowdOptions options_;
    CrowdListener& listener_;
    std::unique_ptr<TlsContext> tls_;
    int epoll_ = -1;
    std::deque<Member> members_;
    std::vector<std::size_t> with_output_;
    std::size_t begun_ = 0;
    std::size_t joined_ = 0;
    std::size_t retried_ = 0;
    Histogram join_times_;
};

}  // namespace dray::bench
