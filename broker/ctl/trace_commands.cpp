// drayctl trace client|topic: what the broker does with a client, or with messages, one line a step.
#include <iostream>
#include <memory>

#include "auth/crypto.h"
#include "ctl/command.h"
#include "ctl/failure.h"
#include "ctl/patience.h"
#include "ctl/payload_schemas.h"
#include "ctl/table.h"

namespace dray::ctl {

namespace {

struct TraceOptions {
    std::string wanted;
    bool payload = false;
    bool decode = false;
    std::uint64_t payload_bytes_max = 1024;
    std::uint64_t lines_per_s_max = 200;
    std::uint64_t count = 0;  // 0: without end
    double patience_s = 0;    // 0: without end

    bool with_payloads() const { return payload || decode; }
    // What is decoded has to be whole.
    std::uint64_t payload_bytes() const { return decode ? 64 * 1024 : payload_bytes_max; }
};

std::string value_text(const Json& value) {
    if (value.is_string()) return printable(value.get<std::string>());
    if (!value.is_array()) return value.dump();
    std::string text;
    for (const Json& each : value) text += (text.empty() ? "" : ",") + value_text(each);
    return text;
}

// 12:00:00.123 v-0042 publish topic=order/new qos=1 bytes=12
std::string line(const Json& step) {
    std::string text;
    if (step.contains("time")) text += step["time"].get<std::string>().substr(11, 12) + ' ';
    text += (step.contains("client") ? printable(step["client"].get<std::string>()) : "-") + ' ';
    text += step["step"].get<std::string>();
    for (const auto& [name, value] : step.items()) {
        if (name == "time" || name == "client" || name == "step") continue;
        const std::string shown = value_text(value);
        const bool needs_quotes =
            shown.empty() || (!value.is_object() && shown.find(' ') != std::string::npos);
        text += ' ' + name + '=';
        text += needs_quotes ? '"' + shown + '"' : shown;
    }
    return text;
}

void decode(const PayloadSchemas& schemas, Json& step) {
    if (!step.contains("topic") || step.contains("truncated")) return;
    const char* const name = step.contains("payload") ? "payload" : "payload_base64";
    if (!step.contains(name)) return;
    std::string payload = step[name].get<std::string>();
    if (step.contains("payload_base64")) payload = auth::from_base64(payload).value_or("");
    const auto decoded = schemas.decode(step["topic"].get<std::string>(), payload);
    if (!decoded) return;
    step.erase(name);
    step["decoded"] = Json::parse(*decoded);
}

void follow(const Globals& globals, const TraceOptions& options, const std::string& what) {
    std::unique_ptr<PayloadSchemas> schemas;
    if (options.decode) schemas = std::make_unique<PayloadSchemas>();
    std::string target = "/api/v1/trace?" + what + '=' + percent_encode(options.wanted) +
                         "&lines_per_s_max=" + std::to_string(options.lines_per_s_max);
    if (options.with_payloads())
        target += "&payload=true&payload_bytes_max=" + std::to_string(options.payload_bytes());
    const auto events = globals.listen(target);
    std::cerr << "following " << what << ' ' << printable(options.wanted) << "; end with Ctrl-C\n";
    const Patience patience(options.patience_s);
    std::uint64_t count = 0;
    while (options.count == 0 || count < options.count) {
        const auto wait = patience.next();
        if (wait.count() == 0) break;
        const auto event = events->next(wait);
        if (!event) continue;
        ++count;
        Json step = Json::parse(*event);
        if (schemas) decode(*schemas, step);
        std::cout << (globals.json ? step.dump() : line(step)) << std::endl;
    }
}

void add_one(CLI::App& group, Globals& globals, const std::string& what, const char* description,
             const char* wanted, const char* footer) {
    auto options = std::make_shared<TraceOptions>();
    CLI::App& command = *group.add_subcommand(what, description);
    command.add_option(what, options->wanted, wanted)->required();
    command.add_flag("--payload", options->payload, "show what messages say, too");
    command.add_option("--payload-bytes-max", options->payload_bytes_max, "of each payload, from 0 to 65536")
        ->capture_default_str();
    command.add_flag("--decode", options->decode,
                     "show protobuf messages of our services and vehicles as JSON");
    command
        .add_option("--lines-per-s-max", options->lines_per_s_max,
                    "beyond that lines are left out, and counted; from 1 to 2000")
        ->capture_default_str();
    command.add_option("-C", options->count, "end after so many lines");
    command.add_option("-W", options->patience_s, "end after so many seconds");
    command.footer(footer);
    command.callback([&globals, options, what] { follow(globals, *options, what); });
}

}  // namespace

void add_trace_commands(CLI::App& program, Globals& globals) {
    CLI::App* group =
        program.add_subcommand("trace", "Follow a client or messages, step by step: client, topic");
    group->require_subcommand(1);
    add_one(*group, globals, "client", "What the broker does with a client and what it publishes",
            "client id", "Example: drayctl trace client v-0042");
    add_one(*group, globals, "topic", "What becomes of the messages of some topics", "topic filter",
            "Example: drayctl trace topic 'order/#' --decode");
}

}  // namespace dray::ctl
