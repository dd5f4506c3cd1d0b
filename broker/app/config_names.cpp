#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "app/config_table.h"

namespace dray::app {

namespace {

// Levenshtein's distance.
std::size_t edits_between(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
        }
    }
    return row.back();
}

std::string_view last_part(std::string_view key) {
    return key.substr(key.rfind('.') + 1);  // npos + 1 is 0
}

}  // namespace

std::string_view nearest_name(std::span<const std::string_view> names, std::string_view name) {
    std::string_view nearest;
    std::size_t fewest = name.size() / 3 + 2;  // more edits are no typing error
    for (const std::string_view known : names) {
        // The right name in the wrong section is a near miss too.
        const std::size_t edits = last_part(known) == last_part(name) ? 1 : edits_between(known, name);
        if (edits >= fewest) continue;
        fewest = edits;
        nearest = known;
    }
    return nearest;
}

}  // namespace dray::app
