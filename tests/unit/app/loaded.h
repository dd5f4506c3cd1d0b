// A configuration that was read from a text, and what was wrong with it.
#pragma once

#include <string>
#include <string_view>

#include "app/config_loader.h"

namespace dray::app {

inline ConfigLoader loaded(std::string_view toml) {
    ConfigLoader loader;
    loader.read_text(toml, "drayd.toml");
    loader.check_whole();
    return loader;
}

inline std::string all_errors(const ConfigLoader& loader) {
    std::string text;
    for (const std::string& error : loader.errors()) text += error + '\n';
    return text;
}

}  // namespace dray::app
