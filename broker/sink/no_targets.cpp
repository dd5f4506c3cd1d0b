// A program that was built without librdkafka and rabbitmq-c (-DDRAY_SINKS=OFF) has no sinks.
#include "sink/target.h"

namespace dray::sink {

std::unique_ptr<Target> make_target(TargetNeeds) {
    return nullptr;  // no configuration with a sink comes so far
}

bool has_targets() {
    return false;
}

std::optional<SinkMistake> mistake_in_target(const SinkOptions&) {
    return std::nullopt;
}

}  // namespace dray::sink
