// What EventLoop is made of, for the files of this folder that do input and output.
#pragma once

#include <boost/asio/io_context.hpp>

#include "admin/event_loop.h"

namespace dray::admin {

struct EventLoop::Parts {
    boost::asio::io_context io{1};
};

}  // namespace dray::admin
