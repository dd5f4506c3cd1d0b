// The files of the web page and of the map, read at start and served from memory, with an entity tag each, so
// that a browser asks again cheaply and never shows yesterday's page. What is not in the list does not exist:
// no path can lead out of the folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include "services/common/http_server.h"

namespace dray::store {

class StaticFiles {
  public:
    // Sent with each page, as Content-Security-Policy.
    explicit StaticFiles(std::string page_policy = "default-src 'self'")
        : page_policy_(std::move(page_policy)) {}

    // All files below `folder` appear under `prefix` ("/" or "/map/"), an index.html also as its folder
    // ("/fleet/"). A folder that is missing is empty.
    void add_folder(const std::string& prefix, const std::filesystem::path& folder);
    void add_file(const std::string& path, const std::filesystem::path& file);

    bool contains(const std::string& path) const { return files_.contains(path); }
    std::size_t count() const { return files_.size(); }
    // 200, 304, or 404.
    service::HttpResponse get(const service::HttpRequest& request) const;

  private:
    struct File {
        std::string content_type;
        std::string etag;
        std::string body;
    };
    std::string page_policy_;
    std::map<std::string, File> files_;
};

}  // namespace dray::store
