#include "services/common/problem.h"

#include <nlohmann/json.hpp>

namespace dray::service {
namespace {

constexpr int kBadRequest = 400;

}  // namespace

HttpResponse to_response(const Problem& problem) {
    nlohmann::json body = {
        {"type", "about:blank"},
        {"title", problem.status == kBadRequest ? "Malformed request" : "Request refused"},
        {"status", problem.status},
        {"detail", problem.field.empty() ? problem.detail : problem.field + ": " + problem.detail}};
    if (!problem.field.empty()) body["field"] = problem.field;
    return {.status = problem.status,
            .content_type = "application/problem+json",
            .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

}  // namespace dray::service
