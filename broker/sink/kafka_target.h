// A Kafka cluster, by librdkafka: an idempotent producer with acks=all, so that a record is confirmed when
// all replicas in sync have it, and records of one key keep their order whatever is tried again underneath.
//
// The library has threads of its own and reconnects by itself; a moment without any broker is waited through.
// It is lost when none comes back in a few seconds, or a record was not confirmed in time.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sink/target.h"
#include "sink/topic_template.h"

// librdkafka's own names; its header stays in the source.
struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace dray::sink {

class KafkaTarget final : public Target {
  public:
    explicit KafkaTarget(TargetNeeds needs);
    ~KafkaTarget() override;
    KafkaTarget(const KafkaTarget&) = delete;
    KafkaTarget& operator=(const KafkaTarget&) = delete;

    // What is wrong with options that librdkafka knows.
    static std::optional<SinkMistake> find_mistake(const SinkOptions& options);

    std::string connect(const std::atomic<bool>& stopping) override;
    int number() const override { return -1; }
    bool has_room() override { return true; }  // the window is the limit
    void give(const Record& record, Instant now) override;
    void serve(Instant now) override;
    Instant next_deadline() const override { return kNever; }

  private:
    struct FreeProducer {
        void operator()(rd_kafka_s* producer) const;
    };
    struct FreeQueue {
        void operator()(rd_kafka_queue_s* queue) const;
    };
    struct FreeConf {
        void operator()(rd_kafka_conf_s* conf) const;
    };
    using Conf = std::unique_ptr<rd_kafka_conf_s, FreeConf>;
    static std::optional<SinkMistake> configure(const SinkOptions& options, const std::string& password,
                                                rd_kafka_conf_s* conf);
    static void on_delivery(rd_kafka_s*, const rd_kafka_message_s* message, void* self);
    static void on_error(rd_kafka_s*, int error, const char* reason, void* self);

    void delivered(const rd_kafka_message_s& message);
    std::string reach();
    void lose(const std::string& why);

    const SinkOptions& options_;
    std::string password_;
    TargetEvents& events_;
    int bell_;
    TopicTemplate topic_;
    TopicTemplate key_;
    const std::atomic<bool>* stopping_ = nullptr;
    std::unique_ptr<rd_kafka_s, FreeProducer> producer_;
    std::unique_ptr<rd_kafka_queue_s, FreeQueue> queue_;
    std::string last_error_;
    bool is_unreached_ = false;  // all brokers are away
    bool is_lost_ = false;
};

}  // namespace dray::sink
