// How the tests start dray-fleet and read what it says.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "observer.h"

namespace dray::test {

inline std::vector<std::string> fleet_command(int port, std::vector<std::string> more = {}) {
    std::vector<std::string> command{DRAY_FLEET, "--broker", "mqtt://127.0.0.1:" + std::to_string(port),
                                     "--seed", "7"};
    command.insert(command.end(), more.begin(), more.end());
    return command;
}

template <class Message>
Message parsed(const Heard& heard) {
    Message message;
    EXPECT_TRUE(message.ParseFromString(heard.payload)) << heard.topic;
    return message;
}

// A level of a topic, counted from 0.
inline std::string level(const std::string& topic, int number) {
    std::size_t start = 0;
    for (; number > 0; --number) start = topic.find('/', start) + 1;
    return topic.substr(start, topic.find('/', start) - start);
}

}  // namespace dray::test
