#include "streets/osm_file.h"

#include <osmpbf/osmpbf.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <string>

namespace dray::streets {
namespace {

constexpr std::array<std::string_view, 3> kFeaturesKnown{"OsmSchema-V0.6", "DenseNodes", "LocationsOnWays"};

std::string read_bytes(std::istream& file, std::size_t count) {
    std::string bytes(count, '\0');
    if (!file.read(bytes.data(), static_cast<std::streamsize>(count)))
        throw std::runtime_error("ends in the middle of a block");
    return bytes;
}

// The length before each block header, or nothing at the file's end.
bool read_length(std::istream& file, std::uint32_t& length) {
    std::array<unsigned char, 4> bytes{};
    file.read(reinterpret_cast<char*>(bytes.data()), bytes.size());
    if (file.gcount() == 0) return false;
    if (file.gcount() != 4) throw std::runtime_error("ends in the middle of a block");
    length = std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
             bytes[3];
    if (length > OSMPBF::max_blob_header_size) throw std::runtime_error("is not an .osm.pbf file");
    return true;
}

std::string unpacked(const OSMPBF::Blob& blob) {
    if (blob.has_raw()) return blob.raw();
    if (!blob.has_zlib_data())
        throw std::runtime_error("is compressed in a way that is not read here; write it anew with zlib");
    if (blob.raw_size() < 0 || blob.raw_size() > OSMPBF::max_uncompressed_blob_size)
        throw std::runtime_error("has a block that is too large");
    std::string bytes(static_cast<std::size_t>(blob.raw_size()), '\0');
    uLongf size = bytes.size();
    const std::string& packed = blob.zlib_data();
    const int result = uncompress(reinterpret_cast<Bytef*>(bytes.data()), &size,
                                  reinterpret_cast<const Bytef*>(packed.data()), packed.size());
    if (result != Z_OK || size != bytes.size())
        throw std::runtime_error("has a block that cannot be unpacked");
    return bytes;
}

template <class Message>
Message parsed(const std::string& bytes) {
    Message message;
    if (!message.ParseFromString(bytes)) throw std::runtime_error("has a block that cannot be understood");
    return message;
}

class BlockWalk {
  public:
    BlockWalk(const OSMPBF::PrimitiveBlock& block, const OsmReader& reader)
        : block_(block), reader_(reader) {}

    void walk() {
        for (const auto& group : block_.primitivegroup()) {
            if (reader_.node) {
                for (const auto& node : group.nodes()) {
                    tags_.clear();
                    add_tags(node);
                    reader_.node(node.id(), position(node.lat(), node.lon()), tags_);
                }
                dense(group.dense());
            }
            if (!reader_.way) continue;
            for (const auto& way : group.ways()) {
                tags_.clear();
                add_tags(way);
                refs_.clear();
                std::int64_t ref = 0;
                for (const std::int64_t step : way.refs()) refs_.push_back(ref += step);
                reader_.way(refs_, tags_);
            }
        }
    }

  private:
    std::string_view text(std::uint32_t number) const {
        if (number >= static_cast<std::uint32_t>(block_.stringtable().s_size()))
            throw std::runtime_error("names a text that is not there");
        return block_.stringtable().s(static_cast<int>(number));
    }
    GeoPoint position(std::int64_t latitude, std::int64_t longitude) const {
        const auto degrees = [this](std::int64_t offset, std::int64_t steps) {
            return static_cast<double>(offset + block_.granularity() * steps) / OSMPBF::lonlat_resolution;
        };
        return {degrees(block_.lat_offset(), latitude), degrees(block_.lon_offset(), longitude)};
    }
    template <class Tagged>
    void add_tags(const Tagged& tagged) {
        if (tagged.keys_size() != tagged.vals_size()) throw std::runtime_error("has a tag without a value");
        for (int i = 0; i < tagged.keys_size(); ++i) tags_.add(text(tagged.keys(i)), text(tagged.vals(i)));
    }
    // Column by column, each number the difference to the one before; tags of all nodes in one list, each
    // node's ended by 0.
    void dense(const OSMPBF::DenseNodes& nodes) {
        if (nodes.lat_size() != nodes.id_size() || nodes.lon_size() != nodes.id_size())
            throw std::runtime_error("has nodes without a position");
        std::int64_t id = 0, latitude = 0, longitude = 0;
        int tag = 0;
        for (int i = 0; i < nodes.id_size(); ++i) {
            id += nodes.id(i);
            latitude += nodes.lat(i);
            longitude += nodes.lon(i);
            tags_.clear();
            for (; tag + 1 < nodes.keys_vals_size() && nodes.keys_vals(tag) != 0; tag += 2)
                tags_.add(text(static_cast<std::uint32_t>(nodes.keys_vals(tag))),
                          text(static_cast<std::uint32_t>(nodes.keys_vals(tag + 1))));
            ++tag;
            reader_.node(id, position(latitude, longitude), tags_);
        }
    }

    const OSMPBF::PrimitiveBlock& block_;
    const OsmReader& reader_;
    OsmTags tags_;
    std::vector<std::int64_t> refs_;
};

void check_features(const OSMPBF::HeaderBlock& header) {
    for (const std::string& feature : header.required_features())
        if (std::find(kFeaturesKnown.begin(), kFeaturesKnown.end(), feature) == kFeaturesKnown.end())
            throw std::runtime_error("needs a reader that knows " + feature);
}

}  // namespace

void read_osm_file(const std::filesystem::path& path, const OsmReader& reader) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error("cannot be read");
    std::uint32_t length = 0;
    bool has_header = false;
    while (read_length(file, length)) {
        const auto header = parsed<OSMPBF::BlobHeader>(read_bytes(file, length));
        if (header.datasize() < 0 || header.datasize() > OSMPBF::max_uncompressed_blob_size)
            throw std::runtime_error("has a block that is too large");
        const auto blob = parsed<OSMPBF::Blob>(read_bytes(file, static_cast<std::size_t>(header.datasize())));
        if (header.type() == "OSMHeader") {
            check_features(parsed<OSMPBF::HeaderBlock>(unpacked(blob)));
            has_header = true;
        } else if (header.type() == "OSMData") {
            if (!has_header) throw std::runtime_error("is not an .osm.pbf file");
            const auto block = parsed<OSMPBF::PrimitiveBlock>(unpacked(blob));
            BlockWalk(block, reader).walk();
        }
    }
    if (!has_header) throw std::runtime_error("is not an .osm.pbf file");
}

}  // namespace dray::streets
