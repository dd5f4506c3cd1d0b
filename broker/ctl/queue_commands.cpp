// drayctl queue create|delete|ls
#include <memory>

#include "ctl/command.h"
#include "ctl/confirm.h"
#include "ctl/option_types.h"
#include "ctl/queue_view.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

void add_create(CLI::App& group, Globals& globals) {
    struct Options {
        Json body = Json::object();
        bool replace = false;
    };
    auto options = std::make_shared<Options>();
    Json& body = options->body;
    CLI::App& create = *group.add_subcommand("create", "Make a queue, or change one");
    add_field<std::string>(create, "name", body, "name", "what consumers subscribe to: $queue/NAME")
        ->required();
    add_field<std::vector<std::string>>(create, "--filter", body, "filters",
                                        "topics that it takes in; may be repeated");
    create.add_flag_callback(
        "--exclusive", [&body] { body["exclusive"] = true; }, "one consumer at a time, the others stand by");
    using Number = std::uint64_t;
    add_field<Number>(create, "--ttl", body, "ttl_ms", "how long a message may wait")
        ->transform(duration_ms());
    add_field<Number>(create, "--max-messages", body, "messages_max", "how many it may hold");
    add_field<Number>(create, "--max-bytes", body, "bytes_max", "... in bytes")->transform(size_bytes());
    add_field<std::string>(
        create, "--overflow", body, "overflow",
        "what one more does: reject (publishers wait or are refused), drop-oldest, dead-letter");
    add_field<Number>(create, "--max-deliveries", body, "deliveries_max",
                      "tries before a message is a dead letter");
    add_field<Number>(create, "--retry-delay", body, "retry_delay_ms",
                      "before a refused message is tried again; doubles each time")
        ->transform(duration_ms());
    add_field<Number>(create, "--max-retry-delay", body, "retry_delay_ms_max", "... up to this")
        ->transform(duration_ms());
    add_field<std::string>(create, "--dead-letter-queue", body, "dead_letter_queue",
                           "where dead letters go; it is made if it is not there")
        ->type_name("NAME");
    add_field<std::string>(
        create, "--key", body, "key",
        "messages of one key keep their order: topic, topic-level:N or user-property:NAME");
    add_field<Number>(create, "--alert-messages", body, "alert_messages", "alert when it holds so many");
    add_field<Number>(create, "--alert-age", body, "alert_age_ms", "alert when its oldest has waited so long")
        ->transform(duration_ms());
    create.add_flag("--replace", options->replace, "change a queue of that name to exactly these options");
    create.footer(
        "Example: drayctl queue create orders --filter 'order/new/#' --max-deliveries 5 --retry-delay 2s "
        "--dead-letter-queue orders.dead");
    create.callback([&globals, options] {
        const std::string name = options->body["name"];
        const Json queue = options->replace
                               ? globals.ask("PUT", "/api/v1/queues/" + percent_encode(name), options->body)
                               : globals.ask("POST", "/api/v1/queues", options->body);
        globals.print(queue, "queue '" + name + "' is there; consumers subscribe to $queue/" + name + '\n');
    });
}

void add_delete(CLI::App& group, Globals& globals) {
    struct Options {
        std::string name;
        bool yes = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App& erase = *group.add_subcommand("delete", "Delete a queue with all that it holds");
    erase.add_option("name", options->name, "of the queue")->required();
    erase.add_flag("--yes", options->yes, "do not ask");
    erase.footer("Example: drayctl queue delete orders");
    erase.callback([&globals, options] {
        const std::string path = "/api/v1/queues/" + percent_encode(options->name);
        const auto held = globals.ask("GET", path)["messages"].get<std::uint64_t>();
        const std::string question =
            "Queue '" + options->name + "' holds " + show_count(held) + " messages. Delete them with it?";
        if (held > 0 && !confirm(question, options->yes)) return;
        globals.print(globals.ask("DELETE", path), "deleted\n");
    });
}

void add_list(CLI::App& group, Globals& globals) {
    CLI::App& list = *group.add_subcommand("ls", "List all queues, as they stand");
    list.footer("Example: drayctl queue ls --json | jq '.queues[] | select(.messages > 1000) | .name'");
    list.callback([&globals] {
        const Json answer = globals.ask("GET", "/api/v1/queues");
        globals.print(answer, queue_table(answer["queues"]));
    });
}

}  // namespace

void add_queue_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("queue", "Queues: create, delete, ls");
    group->require_subcommand(1);
    add_create(*group, globals);
    add_delete(*group, globals);
    add_list(*group, globals);
}

}  // namespace dray::ctl
