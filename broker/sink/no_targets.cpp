// A program that was built without librdkafka and rabbitmq-c (-DDRAY_SINKS=OFF) has no sinks.
#include "sink/target.h"

namespace dray::sink {

std::unique_ptr<Target> make_target(TargetNeeds) {
    return nullptr;  // no configuration with a sink comes so far
}

std::optional<SinkMistake> mistake_in_target(const SinkOptions&) {
    return SinkMistake{"kind", "this program was built without sinks (-DDRAY_SINKS=OFF)"};
}

}  // namespace dray::sink
