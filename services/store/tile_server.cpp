#include "services/store/tile_server.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace dray::store {
namespace {

constexpr std::array<std::string_view, 3> kPlaces = {"{z}", "{x}", "{y}"};

bool is_tile_url(std::string_view url) {
    const bool is_web = url.starts_with("https://") || url.starts_with("http://");
    const bool is_one_word = url.find_first_of(" ;,'\"") == std::string_view::npos;
    return is_web && is_one_word && std::all_of(kPlaces.begin(), kPlaces.end(), [&](auto place) {
               return url.find(place) != std::string_view::npos;
           });
}

std::string origin(const std::string& url) {
    return url.substr(0, url.find('/', url.find("://") + 3));
}

}  // namespace

std::optional<TileServer> tile_server(const service::Settings& settings) {
    TileServer server{.url = settings.text("store.tile_url"),
                      .attribution = settings.text("store.tile_attribution")};
    if (server.url.empty()) return std::nullopt;
    const auto& where = settings.origin("store.tile_url");
    if (!is_tile_url(server.url))
        throw service::SettingsError(where + ": must be like https://host/{z}/{x}/{y}.png, not \"" +
                                     server.url + "\"");
    if (server.attribution.empty())
        throw service::SettingsError(where + ": say by store.tile_attribution whom that map is from");
    return server;
}

std::string page_policy(const std::optional<TileServer>& tiles) {
    return "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:" +
           (tiles ? " " + origin(tiles->url) : "") +
           "; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'";
}

}  // namespace dray::store
