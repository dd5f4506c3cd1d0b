// An error as the client reads it: application/problem+json (RFC 9457), with the field that is wrong.
#pragma once

#include <string>

#include "services/common/http_server.h"

namespace dray::service {

// What is wrong with a request: its form, or what it says.
inline constexpr int kMalformed = 400;
inline constexpr int kUnprocessable = 422;

struct Problem {
    int status;
    std::string field;   // "items[0].sku"; empty: the request as a whole
    std::string detail;  // for a person
};

HttpResponse to_response(const Problem& problem);

}  // namespace dray::service
