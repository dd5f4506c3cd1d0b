#include "ctl/taker_commands.h"

#include "ctl/confirm.h"
#include "ctl/option_types.h"
#include "ctl/units.h"

namespace dray::ctl {

std::string TakerKind::path_of(const std::string& name) const {
    return path() + '/' + percent_encode(name);
}

CreateCommand add_create(CLI::App& group, Globals& globals, const TakerKind& kind) {
    auto body = std::make_shared<Json>(Json::object());
    auto replace = std::make_shared<bool>(false);
    CLI::App& create = *group.add_subcommand("create", "Make a " + kind.noun + ", or change one");
    add_field<std::string>(create, "name", *body, "name",
                           "what " + kind.users + " subscribe to: $" + kind.noun + "/NAME")
        ->required();
    add_field<std::vector<std::string>>(create, "--filter", *body, "filters",
                                        "topics that it takes in; may be repeated");
    create.add_flag("--replace", *replace,
                    "change a " + kind.noun + " of that name to exactly these options");
    create.callback([&globals, kind, body, replace] {
        const std::string name = (*body)["name"];
        const Json made = *replace ? globals.ask("PUT", kind.path_of(name), *body)
                                   : globals.ask("POST", kind.path(), *body);
        globals.print(made, kind.noun + " '" + name + "' is there; " + kind.users + " subscribe to $" +
                                kind.noun + '/' + name + '\n');
    });
    return {create, body};
}

void add_delete(CLI::App& group, Globals& globals, const TakerKind& kind) {
    struct Options {
        std::string name;
        bool yes = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App& erase = *group.add_subcommand("delete", "Delete a " + kind.noun + " with all that it holds");
    erase.add_option("name", options->name, "of the " + kind.noun)->required();
    erase.add_flag("--yes", options->yes, "do not ask");
    erase.footer("Example: drayctl " + kind.noun + " delete orders");
    erase.callback([&globals, kind, options] {
        const std::string path = kind.path_of(options->name);
        const auto held = globals.ask("GET", path)["messages"].get<std::uint64_t>();
        const std::string question = "The " + kind.noun + " '" + options->name + "' holds " +
                                     show_count(held) + " messages. Delete them with it?";
        if (held > 0 && !confirm(question, options->yes)) return;
        globals.print(globals.ask("DELETE", path), "deleted\n");
    });
}

}  // namespace dray::ctl
