#include "admin/console_files.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <utility>

#include "admin/access.h"
#include "admin/json_response.h"
#include "admin/problem.h"
#include "base/web_origin.h"

namespace dray::admin {

namespace {

namespace fs = std::filesystem;
using CallRef = std::shared_ptr<Call>;

constexpr const char* kIndex = "index.html";
constexpr std::uintmax_t kFileBytesMax = 8ULL * 1024 * 1024;

const char* content_type_of(const fs::path& file) {
    const std::string extension = file.extension().string();
    if (extension == ".html") return "text/html; charset=utf-8";
    if (extension == ".js") return "text/javascript; charset=utf-8";
    if (extension == ".css") return "text/css; charset=utf-8";
    if (extension == ".svg") return "image/svg+xml";
    return "text/plain; charset=utf-8";
}

ConsoleFile read_file(const fs::path& path) {
    if (fs::file_size(path) > kFileBytesMax) {
        throw std::runtime_error("the console's file " + path.string() + " is longer than " +
                                 std::to_string(kFileBytesMax) + " bytes");
    }
    std::ifstream file(path, std::ios::binary);
    std::string body{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw std::runtime_error("cannot read the console's file " + path.string());
    return {content_type_of(path), std::move(body)};
}

HttpResponse file_response(const ConsoleFile& file, std::string_view host) {
    return {.content_type = file.content_type,
            .body = file.body,
            .headers = {{"Content-Security-Policy", console_policy(host)},
                        {"Referrer-Policy", "no-referrer"},
                        {"Cross-Origin-Opener-Policy", "same-origin"}}};
}

void serve(const ConsoleFiles& files, const CallRef& call, const std::string& name) {
    const auto found = files.find(name);
    if (found != files.end()) return call->respond(file_response(found->second, call->request.host));
    call->respond(to_response({404, files.empty() ? "the console is not installed: admin.console_dir names it"
                                                  : "the console has no file '" + name + "'"}));
}

}  // namespace

ConsoleFiles read_console_files(const std::string& folder) {
    ConsoleFiles files;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(folder, error)) {
        if (!entry.is_regular_file()) continue;
        files.emplace(entry.path().filename().string(), read_file(entry.path()));
    }
    if (error)
        throw std::runtime_error("cannot read the console's folder " + folder + ": " + error.message());
    if (!files.contains(kIndex)) {
        throw std::runtime_error("the console's folder " + folder + " has no " + kIndex);
    }
    return files;
}

std::string console_policy(std::string_view host) {
    const std::string_view name = without_port(host);
    const bool is_plain = !name.empty() && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '-';
    });
    std::string sockets;
    if (is_plain) {
        for (const char* scheme : {" ws://", " wss://"}) sockets += scheme + std::string(name) + ":*";
    }
    return "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'" +
           sockets + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

void add_console_routes(Router& router, ConsoleFiles files, const Operators& operators) {
    const auto shared = std::make_shared<const ConsoleFiles>(std::move(files));
    router.add(
        "GET", "/", [shared](const CallRef& call) { serve(*shared, call, kIndex); }, Access::kEverybody);
    router.add(
        "GET", "/console/{file}", [shared](const CallRef& call) { serve(*shared, call, call->names[0]); },
        Access::kEverybody);
    router.add(
        "GET", "/api/v1/access",
        [operators](const CallRef& call) {
            const Admission from = admit(operators, call->request);
            nlohmann::ordered_json answer = {{"needs_token", !operators.are_all()},
                                             {"is_let_in", !from.refusal}};
            if (!from.refusal) answer["role"] = name(from.role);
            call->respond(json_response(answer));
        },
        Access::kEverybody);
}

}  // namespace dray::admin
