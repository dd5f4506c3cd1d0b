#include "base/web_origin.h"

namespace dray {

std::string_view without_port(std::string_view host) {
    const std::size_t colon = host.rfind(':');
    return colon == std::string_view::npos || host.ends_with(']') ? host : host.substr(0, colon);
}

bool names_this_machine(std::string_view host) {
    const std::string_view name = without_port(host);
    return name.empty() || name == "localhost" || name == "[::1]" ||
           (name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos);
}

bool is_page_of_this_machine(std::string_view origin) {
    constexpr std::string_view kBehindScheme = "://";
    const std::size_t scheme = origin.find(kBehindScheme);
    if (scheme == std::string_view::npos) return false;
    const std::string_view host = origin.substr(scheme + kBehindScheme.size());
    return !without_port(host).empty() && names_this_machine(host);
}

}  // namespace dray
