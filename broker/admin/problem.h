// An error as whoever asked reads it: application/problem+json, RFC 9457, with the field that is wrong.
//
//     {"type": "about:blank", "title": "Bad Request", "status": 400,
//      "detail": "must be a whole number from 1 to 65535", "field": "count"}
#pragma once

#include <string>

#include "admin/http_message.h"

namespace dray::admin {

struct Problem {
    int status = 400;
    std::string detail;      // for a person
    std::string field = {};  // of the body or the query; empty: the request as a whole
};

HttpResponse to_response(const Problem& problem);

}  // namespace dray::admin
