// drayctl config diff
#include <filesystem>
#include <memory>

#include "ctl/command.h"
#include "ctl/table.h"

namespace dray::ctl {

namespace {

const char* takes_effect(const Json& change) {
    return change["needs_restart"].get<bool>() ? "by a restart only" : "by a reload (SIGHUP)";
}

void add_words(std::string& text, const char* word, const Json& filters) {
    if (filters.empty()) return;
    if (!text.empty()) text += "; ";
    text += word;
    for (const Json& filter : filters) text += ' ' + printable(filter.get<std::string>());
}

std::string losses_of(const Json& client) {
    std::string text = client["user_gone"].get<bool>() ? "not let in again" : "";
    add_words(text, "subscribe", client["subscriptions"]);
    add_words(text, "publish", client["publish"]);
    return text;
}

std::string describe(const Json& diff) {
    std::string text;
    const auto add = [&text](const Json& rows, const Table& table) {
        if (!rows.empty()) text += (text.empty() ? "" : "\n") + table.text();
    };
    Table keys({{"KEY"}, {"TAKES EFFECT"}});
    for (const Json& each : diff["keys"]) keys.add({printable(each["key"]), takes_effect(each)});
    add(diff["keys"], keys);
    Table listeners({{"LISTENER"}, {"CHANGE"}, {"TAKES EFFECT"}});
    for (const Json& each : diff["listeners"])
        listeners.add({printable(each["listener"]), printable(each["change"]), takes_effect(each)});
    add(diff["listeners"], listeners);
    Table clients({{"CLIENT"}, {"USER"}, {"LOSES"}});
    for (const Json& each : diff["clients"])
        clients.add({printable(each["client_id"]), printable(each["user_name"]), losses_of(each)});
    add(diff["clients"], clients);
    if (diff["more_clients"].get<bool>()) text += "... and more clients\n";
    return text.empty() ? "nothing changes\n" : text;
}

}  // namespace

void add_config_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("config", "The configuration: diff");
    group->require_subcommand(1);
    auto path = std::make_shared<std::string>();
    CLI::App& diff = *group->add_subcommand(
        "diff", "What a configuration would change: keys, listeners, and which clients would lose access");
    diff.add_option("file", *path, "as drayd finds it; without one, the file that it was started with")
        ->type_name("FILE");
    diff.footer("Example: drayctl config diff /etc/dray/drayd.toml && systemctl reload drayd");
    diff.callback([&globals, path] {
        const std::string file = path->empty() ? "" : std::filesystem::absolute(*path).string();
        const Json answer = globals.ask("POST", "/api/v1/config/diff", {{"file", file}});
        globals.print(answer, describe(answer));
    });
}

}  // namespace dray::ctl
