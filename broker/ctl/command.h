// What all commands of drayctl share: where the broker is, how to answer, and CLI11, which takes the command
// line apart. One file for each group of commands; each adds its own to the program.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "ctl/admin_client.h"

namespace dray::ctl {

using Json = nlohmann::ordered_json;

// A whole number of an answer, and the same as people read it.
std::uint64_t number_of(const Json& value);
std::string count_of(const Json& value);

struct Globals {
    AdminAddress admin;
    std::string token_file;
    bool json = false;

    // Asks the broker, and throws Failure if it refuses. An answer that is no JSON is a null.
    Json ask(std::string_view method, std::string_view target, const Json& body = nullptr) const;
    // Events of the broker; throws Failure if it refuses.
    std::unique_ptr<AdminEvents> listen(std::string_view target) const;
    // Prints `answer` if JSON was asked for, and `text` if not.
    void print(const Json& answer, const std::string& text) const;

  private:
    AdminAddress address() const;
};

void add_status_command(CLI::App& program, Globals& globals);
void add_drain_command(CLI::App& program, Globals& globals);
void add_queue_commands(CLI::App& program, Globals& globals);
void add_dlq_commands(CLI::App& program, Globals& globals);
void add_stream_commands(CLI::App& program, Globals& globals);
void add_sink_commands(CLI::App& program, Globals& globals);
void add_config_commands(CLI::App& program, Globals& globals);
void add_import_command(CLI::App& program, Globals& globals);
void add_client_commands(CLI::App& program, Globals& globals);
void add_passwd_command(CLI::App& program, Globals& globals);
void add_message_commands(CLI::App& program, Globals& globals);
void add_top_command(CLI::App& program, Globals& globals);
void add_store_commands(CLI::App& program, Globals& globals);
void add_trace_commands(CLI::App& program, Globals& globals);

}  // namespace dray::ctl
