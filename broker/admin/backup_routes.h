// A copy of the store while the broker runs:
//
//     POST /api/v1/backups/{name}    201 {"name": "friday", "folder": "/var/lib/dray/backups/friday",
//                                         "position": 4711}
//
// What was acknowledged before the request is in it. 409: there is one of that name already, or nothing is
// kept on disk. A backup is a data_dir: `drayctl store check` and `drayctl store restore` take it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "admin/router.h"

namespace dray::admin {

struct Backup {
    std::string folder;
    std::uint64_t position = 0;  // how far its log goes
};
// Throws std::runtime_error with what to do about it. Empty: nothing is kept on disk.
using BackUp = std::function<Backup(const std::string& name)>;

void add_backup_routes(Router& router, BackUp back_up);

}  // namespace dray::admin
