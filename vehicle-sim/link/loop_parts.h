// What Loop is made of, for the files of this folder that do input and output.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/signal_set.hpp>

#include "link/loop.h"

namespace dray::link {

struct Loop::Parts {
    boost::asio::io_context io{1};
    boost::asio::signal_set signals{io};
    boost::asio::signal_set pause_signals{io};
    boost::asio::posix::stream_descriptor keys{io};
    char key = 0;
    std::chrono::system_clock::time_point wall_start = std::chrono::system_clock::now();
    std::chrono::steady_clock::time_point steady_start = std::chrono::steady_clock::now();
};

}  // namespace dray::link
