// What the payloads are, for the console, which decodes them (broker/console/src/schema.ts); nothing else
// here looks into payloads.
//
//     GET /api/v1/schemas    {"asyncapi": {"channels": {…}, …}, "descriptors_base64": "CpwBCg…"}
//
// Both are files of the folder that admin.schema_dir names: asyncapi.json, an AsyncAPI document (which
// message is on which topic), and descriptors.binpb, a FileDescriptorSet as `protoc --include_imports
// --descriptor_set_out` writes it. They are read at the start.
#pragma once

#include <string>

#include "admin/router.h"

namespace dray::admin {

// The answer; it has no channels if `folder` is empty. Throws std::runtime_error that names the file.
std::string read_schemas(const std::string& folder);

void add_schema_routes(Router& router, std::string answer);

}  // namespace dray::admin
