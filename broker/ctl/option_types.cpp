#include "ctl/option_types.h"

#include <string>

#include "ctl/units.h"

namespace dray::ctl {

namespace {

CLI::Validator duration_in(std::uint64_t ms) {
    return {[ms](std::string& text) {
                const auto given = parse_duration_ms(text);
                if (!given) return "must be a time like 250ms, 30s, 5m, 2h or 7d, not '" + text + "'";
                if (*given % ms != 0) return "must be whole seconds, not '" + text + "'";
                text = std::to_string(*given / ms);
                return std::string();
            },
            "TIME"};
}

}  // namespace

CLI::Validator duration_ms() {
    return duration_in(1);
}

CLI::Validator duration_s() {
    return duration_in(1000);
}

CLI::Validator size_bytes() {
    return {[](std::string& text) {
                const auto bytes = parse_bytes(text);
                if (!bytes) return "must be a size like 4096, 64KiB or 1GiB, not '" + text + "'";
                text = std::to_string(*bytes);
                return std::string();
            },
            "SIZE"};
}

}  // namespace dray::ctl
