// How a run ends when it cannot measure what it should; main() prints it.
#pragma once

#include <stdexcept>

namespace dray::bench {

class Failure : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace dray::bench
