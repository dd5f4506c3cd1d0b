// A topic filter taken apart for a walk down a tree of topics. A depth is a number of levels: the root has
// depth 0, the topic a/b ends at depth 2, and the level that leads from depth d to d + 1 is level d.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace dray::topics {

class WalkPattern {
  public:
    explicit WalkPattern(std::string_view filter);

    // Whether a topic that ends at this depth, all its levels being accepted, is taken.
    bool takes(std::size_t depth) const {
        return depth == levels_.size() || (ends_in_hash_ && depth > levels_.size());
    }
    bool goes_below(std::size_t depth) const { return depth < levels_.size() || ends_in_hash_; }

    // The text that level `depth` has to have, or nullptr where a wildcard stands.
    const std::string* literal(std::size_t depth) const {
        return depth < levels_.size() && levels_[depth] != "+" ? &levels_[depth] : nullptr;
    }
    // Whether the wildcard of level `depth` accepts this text [MQTT-3.1.1 4.7.2-1].
    static bool wildcard_accepts(std::size_t depth, std::string_view level) {
        return depth > 0 || !level.starts_with('$');
    }

  private:
    std::vector<std::string> levels_;  // without a final '#'
    bool ends_in_hash_ = false;
};

}  // namespace dray::topics
