// A tile server for the map of the web page, if one is configured; otherwise the page draws the streets
// itself.
//
//   store.tile_url           https://host/{z}/{x}/{y}.png
//   store.tile_attribution   whom that map is from: whoever uses it must say so
#pragma once

#include <optional>
#include <string>

#include "services/common/settings.h"

namespace dray::store {

struct TileServer {
    std::string url;
    std::string attribution;
};

// Nothing if none is configured. Throws SettingsError.
std::optional<TileServer> tile_server(const service::Settings& settings);

// Content-Security-Policy: what a page may load is its own, the broker, and the tile server's pictures.
std::string page_policy(const std::optional<TileServer>& tiles);

}  // namespace dray::store
