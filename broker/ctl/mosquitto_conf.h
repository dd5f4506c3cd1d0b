// A mosquitto.conf as a drayd.toml: what has a counterpart is carried over, all else is named, with what to
// do instead.
//
//     listener 8883                 [[listener]]
//     certfile server.pem    ->     kind = "mqtts"
//     max_qos 1                     bind = "0.0.0.0:8883" …        and "line 3: max_qos: drayd serves every
//     QoS"
//
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dray::ctl {

struct ConversionRemark {
    std::size_t line = 0;
    std::string directive;
    std::string what;  // why it was not carried over, or what has to be seen to
};

struct Conversion {
    std::string toml;
    std::vector<ConversionRemark> remarks;  // by line
};

Conversion convert_mosquitto_conf(std::string_view text);

}  // namespace dray::ctl
