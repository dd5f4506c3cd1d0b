// Who may do what: a role names clients, and what they may publish to and receive.
//
// Its filters are those of MQTT, with variables that stand for what is known of a client:
//
//     %c           its client id
//     %u           its user name, if that has been proven
//     %{claim}     what its token says under that name; of several values each
//
// A filter with a variable that has no value for a client means nothing to that client, and a value with '+',
// '#' or '/' in it is never put into a filter: nobody chooses rules by choosing a name. Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "shard/access_port.h"

namespace dray::auth {

struct AccessRole {
    std::string name;  // for people
    // Whom it is for: whoever one of these fits.
    std::vector<std::string> users;   // "*" = all who have proven who they are
    std::vector<std::string> claims;  // "name" or "name=value"
    bool anonymous = false;           // clients that have proven nothing
    // What they may do. What one role denies no other allows.
    std::vector<std::string> publish;
    std::vector<std::string> subscribe;
    std::vector<std::string> deny_publish;
    std::vector<std::string> deny_subscribe;
};

struct AccessMistake {
    const char* option = "";  // its name in AccessRole
    std::string what;
};
std::optional<AccessMistake> find_mistake(const AccessRole& role);
// Empty if there is none.
std::string mistake_in_filter(const std::string& pattern);

bool is_for(const AccessRole& role, const shard::Subject& subject);

// Filters that came of one with variables.
struct Expanded {
    std::vector<std::string> filters;
    bool is_unsafe = false;  // a value could not be put in
};
Expanded expand(std::string_view pattern, const shard::Subject& subject);

}  // namespace dray::auth
