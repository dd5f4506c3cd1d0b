// An AMQP 0-9-1 server such as RabbitMQ, by rabbitmq-c: one channel with publisher confirms, messages
// persistent and mandatory. So each is confirmed when its queues have it on disk, and one that no queue takes
// comes back with the reason and counts as refused.
//
// Where the server ends the channel for a message (it is too long, or may not be published), it does not say
// which: the message is blamed (target.h).
//
// rabbitmq-c waits inside when the socket takes no more. So nothing is given while the socket is full, and
// what is being written to a peer that is silent fails after confirm_ms_max, or when it is interrupted.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "sink/amqp_url.h"
#include "sink/target.h"
#include "sink/topic_template.h"

// rabbitmq-c's own names; its headers stay in the source.
struct amqp_connection_state_t_;
struct amqp_socket_t_;
struct amqp_frame_t_;
struct amqp_method_t_;

namespace dray::sink {

class AmqpTarget final : public Target {
  public:
    explicit AmqpTarget(TargetNeeds needs);
    ~AmqpTarget() override;
    AmqpTarget(const AmqpTarget&) = delete;
    AmqpTarget& operator=(const AmqpTarget&) = delete;

    std::string connect(const std::atomic<bool>& stopping) override;
    int number() const override;
    bool has_room() override;
    void give(const Record& record, Instant now) override;
    void serve(Instant now) override;
    Instant next_deadline() const override;
    void interrupt() override;

  private:
    struct Free {
        void operator()(amqp_connection_state_t_* connection) const;
    };
    // Each returns why it failed; empty: it has not.
    std::string open_socket();
    std::string prepare_tls(amqp_socket_t_* socket);
    std::string log_in();
    std::string open_channel();

    void take(const amqp_frame_t_& frame);
    void take_method(const amqp_method_t_& method);
    void confirm(std::uint64_t tag, bool multiple, bool is_taken);
    void lose(std::string why, bool blames_a_message = false);

    const SinkOptions& options_;
    AmqpUrl url_;
    std::string password_;
    TargetEvents& events_;
    TopicTemplate routing_key_;
    std::unique_ptr<amqp_connection_state_t_, Free> connection_;
    std::atomic<int> interruptible_{-1};  // the socket
    struct Given {
        Ticket ticket = 0;
        std::uint64_t offset = 0;
        Instant at;
        std::string returned;  // why no queue took it; empty: one may have
    };
    std::map<std::uint64_t, Given> given_;  // by delivery tag, which counts from 1
    std::uint64_t last_tag_ = 0;
    std::size_t header_bytes_max_ = 0;
    std::string returning_;  // the reason of a message whose properties come next
    bool is_open_ = false;
    bool is_lost_ = false;
    Instant listened_at_;
};

}  // namespace dray::sink
