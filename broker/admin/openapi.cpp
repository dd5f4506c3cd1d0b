#include "admin/openapi.h"

#include "admin/openapi_document.h"

namespace dray::admin {

std::string_view openapi_document() {
    return kOpenApiDocument;
}

void add_openapi_route(Router& router) {
    router.add(
        "GET", "/api/v1/openapi.json",
        [](const std::shared_ptr<Call>& call) { call->respond({.body = std::string(kOpenApiDocument)}); },
        Access::kEverybody);
}

}  // namespace dray::admin
