// An OpenStreetMap extract, as it stands in an .osm.pbf file: nodes and ways with their tags.
//
//   file    = { length (4 bytes, big-endian), BlobHeader, Blob } ...
//   Blob    = a compressed PrimitiveBlock: a table of strings, and groups of nodes or ways that refer to it
//
// Reads block by block, so memory does not grow with the file. Throws std::runtime_error that says what is
// wrong and where.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "streets/point.h"

namespace dray::streets {

class OsmTags {
  public:
    void add(std::string_view key, std::string_view value) { tags_.emplace_back(key, value); }
    // Empty when there is no such tag.
    std::string_view operator[](std::string_view key) const {
        for (const auto& [its_key, value] : tags_)
            if (its_key == key) return value;
        return {};
    }
    bool empty() const { return tags_.empty(); }
    void clear() { tags_.clear(); }

  private:
    std::vector<std::pair<std::string_view, std::string_view>> tags_;
};

// What is handed over is valid during the call.
struct OsmReader {
    std::function<void(std::int64_t id, GeoPoint at, const OsmTags& tags)> node{};
    std::function<void(const std::vector<std::int64_t>& nodes, const OsmTags& tags)> way{};
};

// Goes through the file once. What has no reader is skipped.
void read_osm_file(const std::filesystem::path& path, const OsmReader& reader);

}  // namespace dray::streets
