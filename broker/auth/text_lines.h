// The lines of a file that people write: without those that are empty or begin with #.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace dray::auth {

// Take: std::string(std::string_view line), empty if the line was understood. The first that was not, as
// "FILE:LINE: what is wrong", ends it; empty: none.
template <typename Take>
std::string for_each_line(std::string_view text, const std::string& file, Take take) {
    for (std::size_t number = 1; !text.empty(); ++number) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        std::string_view line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty() || line.starts_with('#')) continue;
        const std::string wrong = take(line);
        if (!wrong.empty()) return file + ':' + std::to_string(number) + ": " + wrong;
    }
    return {};
}

}  // namespace dray::auth
