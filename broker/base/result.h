// A value or the reason why there is none. Errors of peers and of the world are values; exceptions are not
// thrown once the reactors run.
#pragma once

#include <boost/system/result.hpp>

namespace dray {

template <typename Value, typename Error>
using Result = boost::system::result<Value, Error>;

}  // namespace dray
