// A straight piece of a street, on ground that is flat for so short a way.
#pragma once

#include "services/common/zips.h"

namespace dray::tracking {

// From `at` to the nearest point of the piece.
double metres_to_piece(const service::Position& at, const service::Position& from,
                       const service::Position& to);

}  // namespace dray::tracking
