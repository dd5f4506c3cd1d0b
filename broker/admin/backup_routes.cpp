#include "admin/backup_routes.h"

#include <algorithm>
#include <stdexcept>

#include "admin/json_response.h"
#include "admin/problem.h"

namespace dray::admin {

namespace {

constexpr std::size_t kNameMax = 64;

// The name of a folder that hides nowhere and leads nowhere else.
bool is_valid_name(const std::string& name) {
    const auto is_fine = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    };
    return !name.empty() && name.size() <= kNameMax && name.front() != '.' &&
           std::ranges::all_of(name, is_fine);
}

void back_up_store(const BackUp& back_up, const std::shared_ptr<Call>& call) {
    const std::string& name = call->names[0];
    if (!is_valid_name(name)) {
        return call->respond(
            to_response({400, "a name has letters, digits, '-', '_' and '.', 64 at the most", "name"}));
    }
    if (!back_up) return call->respond(to_response({409, "nothing is kept on disk: no data_dir is set"}));
    try {
        const Backup made = back_up(name);
        call->respond(
            json_response({{"name", name}, {"folder", made.folder}, {"position", made.position}}, 201));
    } catch (const std::runtime_error& error) {
        call->respond(to_response({409, error.what()}));
    }
}

}  // namespace

void add_backup_routes(Router& router, BackUp back_up) {
    router.add(
        "POST", "/api/v1/backups/{name}",
        [back_up = std::move(back_up)](const std::shared_ptr<Call>& call) { back_up_store(back_up, call); });
}

}  // namespace dray::admin
