// The description of this API, OpenAPI 3.1 (openapi.json, which is part of the program):
//
//     GET /api/v1/openapi.json     anybody gets it
#pragma once

#include <string_view>

#include "admin/router.h"

namespace dray::admin {

std::string_view openapi_document();

void add_openapi_route(Router& router);

}  // namespace dray::admin
