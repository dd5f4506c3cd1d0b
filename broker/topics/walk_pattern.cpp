#include "topics/walk_pattern.h"

#include "mqtt/topic.h"

namespace dray::topics {

WalkPattern::WalkPattern(std::string_view filter) {
    mqtt::Levels levels(filter);
    while (const auto level = levels.next()) {
        if (*level == "#") {
            ends_in_hash_ = true;
        } else {
            levels_.emplace_back(*level);
        }
    }
}

}  // namespace dray::topics
