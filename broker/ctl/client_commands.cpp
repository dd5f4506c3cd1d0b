// drayctl client ls|subs|disconnect|end
#include <memory>

#include "ctl/command.h"
#include "ctl/confirm.h"
#include "ctl/table.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

using Align = Table::Align;

std::string session_path(const std::string& client_id, const std::string& rest = {}) {
    return "/api/v1/sessions/" + percent_encode(client_id) + rest;
}

// What the list was cut at, if it was.
std::string more_hint(const Json& answer) {
    return answer["next"].is_null() ? ""
                                    : "there are more: --after " + answer["next"].get<std::string>() + '\n';
}

// null: it is not known
std::string count_or_unknown(const Json& number) {
    return number.is_null() ? "?" : show_count(number.get<std::uint64_t>());
}

std::string session_table(const Json& sessions) {
    Table table({{"CLIENT"},
                 {"USER"},
                 {"PEER"},
                 {"MQTT"},
                 {"SINCE", Align::kRight},
                 {"SUBSCRIPTIONS", Align::kRight},
                 {"UNACKED", Align::kRight},
                 {"WAITING", Align::kRight},
                 {"OUTBOX", Align::kRight}});
    for (const Json& session : sessions) {
        const Json& connection = session["connection"];
        const bool is_away = connection.is_null();
        table.add({printable(session["client_id"]), printable(session["user_name"]),
                   is_away ? "away" : printable(connection["peer"]),
                   is_away ? "" : connection["version"].get<std::string>(),
                   is_away ? "" : show_duration(connection["age_ms"].get<std::uint64_t>()),
                   show_count(session["subscriptions"].get<std::uint64_t>()),
                   show_count(session["unacknowledged"].get<std::uint64_t>()),
                   count_or_unknown(session["queue_messages"]),
                   is_away ? "" : show_bytes(connection["outbox_bytes"].get<std::uint64_t>())});
    }
    return table.text();
}

// The options of a page, and its query.
struct PageOptions {
    std::uint32_t count = 100;
    std::string part;
    std::string after;

    std::string query() const {
        std::string text = "?count=" + std::to_string(count) + "&part=" + percent_encode(part);
        if (!after.empty()) text += "&after=" + percent_encode(after);
        return text;
    }
};

void add_page_options(CLI::App& command, PageOptions& page, const char* part_of) {
    command.add_option("-n,--count", page.count, "how many")->capture_default_str();
    command.add_option("--part", page.part, part_of);
    command.add_option("--after", page.after, "go on where a list has ended");
}

void add_client_list(CLI::App& group, Globals& globals) {
    struct Options : PageOptions {
        std::string state = "any";
    };
    auto options = std::make_shared<Options>();
    CLI::App& list = *group.add_subcommand("ls", "List clients and sessions");
    add_page_options(list, *options, "only ids that contain this");
    list.add_option("--state", options->state, "behind: connected, and messages wait for them")
        ->check(CLI::IsMember({"any", "connected", "away", "behind"}))
        ->capture_default_str();
    list.footer("Example: drayctl client ls --state behind");
    list.callback([&globals, options] {
        const Json answer =
            globals.ask("GET", "/api/v1/sessions" + options->query() + "&state=" + options->state);
        globals.print(answer, session_table(answer["sessions"]) + more_hint(answer));
    });
}

void add_subscriptions(CLI::App& group, Globals& globals) {
    struct Options : PageOptions {
        std::string client_id;
    };
    auto options = std::make_shared<Options>();
    CLI::App& list = *group.add_subcommand("subs", "List subscriptions, of one client or of all");
    list.add_option("client", options->client_id, "client id");
    add_page_options(list, *options, "only filters that contain this");
    list.footer("Example: drayctl client subs --part vehicle/");
    list.callback([&globals, options] {
        const std::string path = options->client_id.empty()
                                     ? "/api/v1/subscriptions"
                                     : session_path(options->client_id, "/subscriptions");
        const Json answer = globals.ask("GET", path + options->query());
        Table table({{"FILTER"}, {"QOS", Align::kRight}, {"CLIENT"}});
        for (const Json& each : answer["subscriptions"]) {
            table.add({printable(each["filter"]), each["qos"].dump(), printable(each["client_id"])});
        }
        globals.print(answer, table.text() + more_hint(answer));
    });
}

void add_disconnect(CLI::App& group, Globals& globals) {
    auto client_id = std::make_shared<std::string>();
    CLI::App& disconnect = *group.add_subcommand("disconnect", "Close a client's connection");
    disconnect.add_option("client", *client_id, "client id")->required();
    disconnect.footer("Example: drayctl client disconnect v-0042");
    disconnect.callback([&globals, client_id] {
        globals.print(globals.ask("DELETE", session_path(*client_id, "/connection")), "disconnected\n");
    });
}

void add_end(CLI::App& group, Globals& globals) {
    struct Options {
        std::string client_id;
        bool yes = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App& end = *group.add_subcommand("end", "Close a client's connection and forget its session");
    end.add_option("client", options->client_id, "client id")->required();
    end.add_flag("--yes", options->yes, "do not ask");
    end.footer("Example: drayctl client end v-0042");
    end.callback([&globals, options] {
        const Json session = globals.ask("GET", session_path(options->client_id));
        const std::string question = "The session '" + options->client_id + "' has " +
                                     count_or_unknown(session["queue_messages"]) +
                                     " messages waiting. Forget it with them?";
        if (!confirm(question, options->yes)) return;
        globals.print(globals.ask("DELETE", session_path(options->client_id)), "ended\n");
    });
}

}  // namespace

void add_client_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("client", "Clients and sessions: ls, subs, disconnect, end");
    group->require_subcommand(1);
    add_client_list(*group, globals);
    add_subscriptions(*group, globals);
    add_disconnect(*group, globals);
    add_end(*group, globals);
}

}  // namespace dray::ctl
