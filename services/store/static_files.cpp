#include "services/store/static_files.h"

#include <spdlog/spdlog.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string_view>

namespace dray::store {
namespace {

constexpr std::string_view kIndex = "index.html";
constexpr char kHtml[] = "text/html; charset=utf-8";

std::string content_type_of(const std::filesystem::path& file) {
    static const std::map<std::string, std::string> types = {
        {".html", kHtml},
        {".js", "text/javascript; charset=utf-8"},
        {".mjs", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".json", "application/json"},
        {".geojson", "application/geo+json"},
        {".map", "application/json"},
        {".svg", "image/svg+xml"},
        {".png", "image/png"},
        {".jpg", "image/jpeg"},
        {".ico", "image/x-icon"},
        {".webmanifest", "application/manifest+json"},
        {".txt", "text/plain; charset=utf-8"},
        {".woff2", "font/woff2"},
        {".wasm", "application/wasm"},
    };
    const auto found = types.find(file.extension().string());
    return found == types.end() ? "application/octet-stream" : found->second;
}

// FNV-1a over the content.
std::string etag_of(const std::string& body) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    std::ostringstream tag;
    tag << '"' << std::hex << hash << '-' << body.size() << '"';
    return tag.str();
}

}  // namespace

void StaticFiles::add_file(const std::string& path, const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    if (!stream) {
        spdlog::warn("{} cannot be read: {} will not be found", file.string(), path);
        return;
    }
    std::ostringstream body;
    body << stream.rdbuf();
    auto text = body.str();
    auto etag = etag_of(text);
    files_[path] = {content_type_of(file), std::move(etag), std::move(text)};
}

void StaticFiles::add_folder(const std::string& prefix, const std::filesystem::path& folder) {
    std::error_code error;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, error)) {
        if (!entry.is_regular_file()) continue;
        const auto& file = entry.path();
        const auto path = prefix + file.lexically_relative(folder).generic_string();
        add_file(path, file);
        if (file.filename() == kIndex) add_file(path.substr(0, path.size() - kIndex.size()), file);
    }
    if (error) spdlog::warn("{}: {}", folder.string(), error.message());
}

service::HttpResponse StaticFiles::get(const service::HttpRequest& request) const {
    const auto found = files_.find(request.path);
    if (found == files_.end())
        return {.status = 404, .content_type = "text/plain; charset=utf-8", .body = "not found\n"};
    const auto& file = found->second;
    service::HttpResponse response{.status = 200,
                                   .content_type = file.content_type,
                                   .headers = {{"ETag", file.etag}, {"Cache-Control", "no-cache"}}};
    if (file.content_type == kHtml) response.headers.emplace_back("Content-Security-Policy", page_policy_);
    if (request.if_none_match.find(file.etag) != std::string::npos) {
        response.status = 304;
        response.content_type.clear();
    } else {
        response.body = file.body;
    }
    return response;
}

}  // namespace dray::store
