// Kinds of values on drayctl's command line, and how a declaration is put together from options.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>

#include "ctl/command.h"

namespace dray::ctl {

// Turn the text into a number, or say what it must look like.
CLI::Validator duration_ms();  // 250ms, 30s, 5m, 2h, 7d
CLI::Validator duration_s();   // the same, in whole seconds
CLI::Validator size_bytes();   // 4096, 64KiB, 1GiB

// An option that becomes a field of the request. `body` outlives the parsing.
template <typename Value>
CLI::Option* add_field(CLI::App& command, const char* option, Json& body, const char* field,
                       const std::string& what) {
    return command.add_option_function<Value>(
        option, [&body, field](const Value& value) { body[field] = value; }, what);
}

}  // namespace dray::ctl
