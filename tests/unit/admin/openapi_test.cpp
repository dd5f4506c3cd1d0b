// The description of the API against the API: what is served is described, and what is described is served.
#include "admin/openapi.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "admin/admin_server.h"
#include "store/memory_store.h"

namespace dray::admin {
namespace {

using nlohmann::json;

std::set<std::string> served() {
    reactor::Mailroom mailroom(1);
    const store::MemoryStore store;
    const AdminServer server(reactor::FileDescriptor(::eventfd(0, EFD_CLOEXEC)), {}, mailroom, store);
    const std::vector<std::string> routes = server.routes();
    return {routes.begin(), routes.end()};
}

std::set<std::string> described(const json& document) {
    std::set<std::string> all;
    for (const auto& [path, methods] : document["paths"].items()) {
        for (const auto& [method, operation] : methods.items()) {
            if (method == "parameters") continue;
            std::string route = method + ' ' + path;
            std::ranges::transform(method, route.begin(), [](unsigned char c) { return std::toupper(c); });
            all.insert(route);
        }
    }
    return all;
}

void find_references(const json& part, std::set<std::string>& references) {
    if (!part.is_structured()) return;
    for (const auto& [key, value] : part.items()) {
        if (part.is_object() && key == "$ref") references.insert(value.get<std::string>());
        find_references(value, references);
    }
}

TEST(OpenApi, DescribesExactlyWhatIsServed) {
    const json document = json::parse(openapi_document());
    EXPECT_EQ(document["openapi"], "3.1.0");
    EXPECT_EQ(described(document), served());
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
    const json document = json::parse(openapi_document());
    std::set<std::string> references;
    find_references(document, references);
    EXPECT_FALSE(references.empty());
    for (const std::string& reference : references) {
        EXPECT_TRUE(document.contains(json::json_pointer(reference.substr(1)))) << reference;
    }
}

TEST(OpenApi, NoTwoOperationsHaveOneName) {
    const json document = json::parse(openapi_document());
    std::set<std::string> names;
    for (const auto& [path, methods] : document["paths"].items()) {
        for (const auto& [method, operation] : methods.items()) {
            if (method == "parameters") continue;
            EXPECT_TRUE(names.insert(operation["operationId"]).second) << method << ' ' << path;
        }
    }
}

}  // namespace
}  // namespace dray::admin
