// What a reload would change, and what of it a broker can take on while it runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "app/config.h"

namespace dray::app {

// Keys whose values differ, by their full names ("access.0.publish"); of a list that is longer or shorter its
// name.
std::vector<std::string> changed_keys(Config before, Config after);

// What becomes of a listener, which is known by its address.
struct ListenerChange {
    enum class Kind : std::uint8_t { kBegins, kEnds, kChanges };
    Kind kind{};
    std::string bind;
    std::vector<std::string> keys;  // of one that changes: "packet_bytes_max"
    bool needs_restart = true;
};
std::vector<ListenerChange> listener_changes(const Config& before, const Config& after);

// Users, tokens, access rules, and what the certificates of listeners are.
bool can_change_while_running(std::string_view key);

}  // namespace dray::app
