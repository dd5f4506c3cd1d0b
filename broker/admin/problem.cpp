#include "admin/problem.h"

#include "admin/json_response.h"

namespace dray::admin {

namespace {

const char* title_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 409:
            return "Conflict";
        case 413:
            return "Content Too Large";
        case 422:
            return "Unprocessable Content";
        case 503:
            return "Service Unavailable";
        default:
            return "Error";
    }
}

}  // namespace

HttpResponse to_response(const Problem& problem) {
    nlohmann::ordered_json body = {{"type", "about:blank"},
                                   {"title", title_of(problem.status)},
                                   {"status", problem.status},
                                   {"detail", problem.detail}};
    if (!problem.field.empty()) body["field"] = problem.field;
    return {.status = problem.status,
            .content_type = "application/problem+json",
            .body = to_text(body),
            .why = problem.field.empty() ? problem.detail : problem.field + ": " + problem.detail};
}

}  // namespace dray::admin
