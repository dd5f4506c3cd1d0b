// Names by which browsers reach this machine, and pages that come from it.
//
//     Host:    localhost:8081           127.0.0.1          [::1]:8081
//     Origin:  http://localhost:8081    (RFC 6454; "null" is nobody's)
//
// A page of another origin reaches the ports of this machine, too, through the browser of somebody who works
// on it; and so does one whose own name was made to lead here (DNS rebinding). What it says of itself gives
// both away. Pure.
#pragma once

#include <string_view>

namespace dray {

// "localhost:8081" -> "localhost", "[::1]:8081" -> "[::1]"
std::string_view without_port(std::string_view host);

// Whether a Host can only mean this machine; the empty one does.
bool names_this_machine(std::string_view host);

// Whether an Origin is that of a page that this machine serves, under any port.
bool is_page_of_this_machine(std::string_view origin);

}  // namespace dray
