#include "sink/amqp_target.h"
#include "sink/kafka_target.h"
#include "sink/target.h"

namespace dray::sink {

std::unique_ptr<Target> make_target(TargetNeeds needs) {
    if (needs.options.kind == Kind::kKafka) return std::make_unique<KafkaTarget>(std::move(needs));
    return std::make_unique<AmqpTarget>(std::move(needs));
}

bool has_targets() {
    return true;
}

std::optional<SinkMistake> mistake_in_target(const SinkOptions& options) {
    return options.kind == Kind::kKafka ? KafkaTarget::find_mistake(options) : std::nullopt;
}

}  // namespace dray::sink
