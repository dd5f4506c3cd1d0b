#include "admin/schemas.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "admin/json_response.h"
#include "auth/crypto.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::runtime_error("admin.schema_dir: cannot read " + path);
    return content;
}

ordered_json read_document(const std::string& path) {
    ordered_json document = ordered_json::parse(read_file(path), nullptr, false);
    if (!document.is_object() || !document.contains("channels") || !document["channels"].is_object())
        throw std::runtime_error("admin.schema_dir: " + path + " is no AsyncAPI document with channels");
    return document;
}

}  // namespace

std::string read_schemas(const std::string& folder) {
    if (folder.empty())
        return to_text({{"asyncapi", {{"channels", ordered_json::object()}}}, {"descriptors_base64", ""}});
    return to_text({{"asyncapi", read_document(folder + "/asyncapi.json")},
                    {"descriptors_base64", auth::to_base64(read_file(folder + "/descriptors.binpb"))}});
}

void add_schema_routes(Router& router, std::string answer) {
    router.add("GET", "/api/v1/schemas", [answer = std::move(answer)](const std::shared_ptr<Call>& call) {
        call->respond({.body = answer});
    });
}

}  // namespace dray::admin
