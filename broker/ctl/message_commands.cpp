// drayctl pub and sub: publish and subscribe as any client would, with the options of mosquitto's programs.
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "auth/crypto.h"
#include "base/byte_view.h"
#include "ctl/command.h"
#include "ctl/failure.h"
#include "ctl/mqtt_client.h"
#include "ctl/patience.h"
#include "ctl/payload_schemas.h"
#include "mqtt/utf8.h"

namespace dray::ctl {

namespace {

struct PublishOptions : MqttOptions {
    std::string topic;
    std::string message;
    std::string file;
    bool reads_all = false;
    bool reads_lines = false;
    bool sends_nothing = false;
    bool retain = false;
    bool encode = false;
    std::vector<std::string> user_properties;  // name, value, name, value, …
};

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (!file) throw Failure(ExitCode::kRefused, path + " cannot be read");
    return text;
}

void publish(const PublishOptions& options) {
    MqttMessage message{.topic = options.topic, .qos = options.qos, .retain = options.retain};
    for (std::size_t i = 0; i + 1 < options.user_properties.size(); i += 2)
        message.user_properties.emplace_back(options.user_properties[i], options.user_properties[i + 1]);
    std::unique_ptr<PayloadSchemas> schemas;
    if (options.encode) schemas = std::make_unique<PayloadSchemas>();
    MqttClient client(options);
    const auto send = [&](const std::string& text) {
        message.payload = schemas ? schemas->encode(options.topic, text) : text;
        client.publish(message);
    };
    if (options.reads_lines) {
        for (std::string line; std::getline(std::cin, line);) send(line);
    } else if (options.reads_all) {
        send({std::istreambuf_iterator<char>(std::cin), {}});
    } else if (!options.file.empty()) {
        send(contents(options.file));
    } else {
        send(options.message);
    }
}

void add_publish(CLI::App& program) {
    auto options = std::make_shared<PublishOptions>();
    CLI::App& command = *program.add_subcommand("pub", "Publish messages");
    add_mqtt_options(command, *options);
    command.add_option("-t,--topic", options->topic, "topic")->required();
    CLI::App& what = *command.add_option_group("payload", "What is sent");
    what.add_option("-m,--message", options->message, "this text");
    what.add_option("-f,--file", options->file, "the contents of this file")->check(CLI::ExistingFile);
    what.add_flag("-s,--stdin-file", options->reads_all, "all of the standard input, as one message");
    what.add_flag("-l,--stdin-line", options->reads_lines, "each line of the standard input");
    what.add_flag("-n,--null-message", options->sends_nothing, "nothing: an empty payload");
    what.require_option(1);
    command.add_flag("-r,--retain", options->retain, "the broker is to keep it for later subscribers");
    command.add_flag("--encode", options->encode,
                     "the text is JSON: send it as the protobuf message of that topic of ours");
    command.add_option("-D,--user-property", options->user_properties, "name and value")
        ->type_size(2)
        ->type_name("NAME VALUE");
    command.footer("Example: drayctl pub -t alert/test -q 1 -m 'the cellar is wet'");
    command.callback([options] { publish(*options); });
}

struct SubscribeOptions : MqttOptions {
    std::vector<std::string> filters;
    std::uint64_t count = 0;  // 0: without end
    double patience_s = 0;    // 0: without end
    bool verbose = false;
    bool decode = false;
    bool no_retained = false;
};

Json as_json(const MqttMessage& message, const std::optional<std::string>& decoded) {
    Json json = {{"topic", message.topic}, {"qos", message.qos}, {"retain", message.retain}};
    for (const auto& [name, value] : message.user_properties) json["user"].push_back({name, value});
    if (decoded) {
        json["decoded"] = Json::parse(*decoded);
    } else if (mqtt::is_valid_utf8(as_bytes(message.payload))) {
        json["payload"] = message.payload;
    } else {
        json["payload_base64"] = auth::to_base64(message.payload);
    }
    return json;
}

void subscribe(const SubscribeOptions& options, bool json) {
    std::unique_ptr<PayloadSchemas> schemas;
    if (options.decode) schemas = std::make_unique<PayloadSchemas>();
    MqttClient client(options);
    client.subscribe(options.filters, options.qos, !options.no_retained);
    const Patience patience(options.patience_s);
    std::uint64_t count = 0;
    while (options.count == 0 || count < options.count) {
        const auto wait = patience.next();
        if (wait.count() == 0) break;
        const auto message = client.receive(wait);
        if (!message) continue;
        ++count;
        const auto decoded = schemas ? schemas->decode(message->topic, message->payload) : std::nullopt;
        if (json) {
            std::cout << as_json(*message, decoded).dump() << std::endl;
        } else {
            if (options.verbose) std::cout << message->topic << ' ';
            std::cout << decoded.value_or(message->payload) << std::endl;
        }
    }
    if (count < options.count)
        throw Failure(ExitCode::kRefused, "only " + std::to_string(count) + " of " +
                                              std::to_string(options.count) + " messages came in time");
}

void add_subscribe(CLI::App& program, Globals& globals) {
    auto options = std::make_shared<SubscribeOptions>();
    CLI::App& command = *program.add_subcommand("sub", "Subscribe, and print what comes");
    add_mqtt_options(command, *options);
    command.add_option("-t,--topic", options->filters, "topic filter; may be given again")->required();
    command.add_option("-C", options->count, "end after so many messages");
    command.add_option("-W", options->patience_s, "end after so many seconds");
    command.add_flag("-v,--verbose", options->verbose, "print the topic before each payload");
    command.add_flag("-R", options->no_retained, "without what was retained before");
    command.add_flag("-c,--disable-clean-session", options->keeps_session,
                     "the broker keeps the session of this client id (-i)");
    command.add_flag("--decode", options->decode,
                     "print protobuf messages of our services and vehicles as JSON");
    command.footer("Example: drayctl sub -v --decode -t 'order/#' -t 'vehicle/+/status'");
    command.callback([&globals, options] {
        if (options->keeps_session && options->client_id.empty())
            throw Failure(ExitCode::kUsage, "--disable-clean-session needs a client id: --id");
        subscribe(*options, globals.json);
    });
}

}  // namespace

void add_message_commands(CLI::App& program, Globals& globals) {
    add_publish(program);
    add_subscribe(program, globals);
}

}  // namespace dray::ctl
