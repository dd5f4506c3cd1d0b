// The option of a tile server: complete, or refused by the name of the setting.
#include "services/store/tile_server.h"

#include <gtest/gtest.h>

namespace dray::testing {
namespace {

std::optional<store::TileServer> configured(const std::string& url, const std::string& attribution) {
    const char* const argv[] = {"store", "--tile-url", url.c_str(), "--tile-attribution",
                                attribution.c_str()};
    return store::tile_server(service::Settings::load(
        "dray-store", "", {{"store.tile_url", "", ""}, {"store.tile_attribution", "", ""}}, 5, argv));
}

TEST(TileServer, NoneIsConfiguredUnlessSaid) {
    EXPECT_FALSE(configured("", ""));
    EXPECT_EQ(store::page_policy(std::nullopt).find("http"), std::string::npos);
}

TEST(TileServer, ItsPicturesAreAllowedAndNothingElseOfIt) {
    const auto tiles = configured("https://tiles.example:8443/city/{z}/{x}/{y}.png", "© Someone");
    ASSERT_TRUE(tiles);
    EXPECT_EQ(tiles->attribution, "© Someone");
    const auto policy = store::page_policy(tiles);
    EXPECT_NE(policy.find("img-src 'self' data: https://tiles.example:8443;"), std::string::npos) << policy;
    EXPECT_EQ(policy.find("/city"), std::string::npos) << policy;
}

TEST(TileServer, AnIncompleteOneIsRefusedByName) {
    EXPECT_THROW(configured("https://tiles.example/{z}/{x}/{y}.png", ""), service::SettingsError);
    for (const auto* url : {"tiles.example/{z}/{x}/{y}.png", "https://tiles.example/{z}/{x}.png",
                            "https://tiles.example/; script-src *; {z}/{x}/{y}.png"}) {
        EXPECT_THROW(configured(url, "© Someone"), service::SettingsError) << url;
    }
}

}  // namespace
}  // namespace dray::testing
