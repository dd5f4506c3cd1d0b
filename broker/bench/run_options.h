// What all runs have in common, and what they measure with it.
#pragma once

#include <sys/types.h>

#include <nlohmann/json.hpp>

#include "bench/crowd.h"

namespace dray::bench {

using Figures = nlohmann::ordered_json;  // printed as one line

struct RunOptions {
    CrowdOptions crowd;
    pid_t pid = 0;  // of the broker, whose CPU time and memory are read; 0: of none
    int qos = 0;
    int payload_bytes = 100;
    double warm_up_s = 1;
    double seconds = 5;
    std::string topics = "bench";  // what their names begin with

    mqtt::QoS mqtt_qos() const { return static_cast<mqtt::QoS>(qos); }
};

}  // namespace dray::bench
