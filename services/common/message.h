// A message as services see it, whichever connection brings or takes it.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dray::service {

struct Message {
    std::string topic;
    std::string payload;
    int qos = 1;
    bool retained = false;
    std::vector<std::pair<std::string, std::string>> user_properties = {};
    std::string response_topic = {};    // where an answer is to go; empty: none is wanted
    std::string correlation_data = {};  // of the question, in the answer too

    // The first user property of that name; empty: there is none.
    std::string user_property(const std::string& name) const {
        for (const auto& [key, value] : user_properties) {
            if (key == name) return value;
        }
        return {};
    }
};

}  // namespace dray::service
