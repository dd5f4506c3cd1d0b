// Bytes as text: payloads in databases, where text means the same to every engine and to a person at a
// prompt.
#pragma once

#include <string>
#include <string_view>

namespace dray::service {

std::string to_hex(std::string_view bytes);
std::string from_hex(std::string_view text);  // of to_hex's making

}  // namespace dray::service
