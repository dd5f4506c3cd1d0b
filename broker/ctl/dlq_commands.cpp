// drayctl dlq ls|peek|redrive|purge
#include <memory>

#include "ctl/command.h"
#include "ctl/confirm.h"
#include "ctl/option_types.h"
#include "ctl/queue_view.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

std::string queue_path(const std::string& queue, const std::string& rest = {}) {
    return "/api/v1/queues/" + percent_encode(queue) + rest;
}

std::string messages(const Json& answer) {
    return show_count(answer["messages"].get<std::uint64_t>()) + " messages";
}

void add_dead_letter_list(CLI::App& group, Globals& globals) {
    CLI::App& list = *group.add_subcommand("ls", "List the queues that take dead letters");
    list.footer("Example: drayctl dlq ls");
    list.callback([&globals] {
        const Json found = dead_letter_queues(globals.ask("GET", "/api/v1/queues")["queues"]);
        globals.print({{"queues", found}}, dead_letter_table(found));
    });
}

void add_peek(CLI::App& group, Globals& globals) {
    struct Options {
        std::string name;
        std::uint32_t count = 10;
        std::uint64_t after = 0;
        std::uint64_t payload_bytes_max = 4096;
    };
    auto options = std::make_shared<Options>();
    CLI::App& peek = *group.add_subcommand("peek", "Show messages, oldest first, and leave them there");
    peek.add_option("name", options->name, "of the queue")->required();
    peek.add_option("-n,--count", options->count, "how many")->capture_default_str();
    peek.add_option("--after", options->after, "go on after this position");
    peek.add_option("--max-payload", options->payload_bytes_max, "show so many bytes of each")
        ->capture_default_str();
    peek.footer("Example: drayctl dlq peek orders.dead -n 3");
    peek.callback([&globals, options] {
        const Json answer = globals.ask(
            "GET", queue_path(options->name, "/messages?count=" + std::to_string(options->count) + "&after=" +
                                                 std::to_string(options->after) + "&payload_bytes_max=" +
                                                 std::to_string(options->payload_bytes_max)));
        std::string text;
        for (const Json& message : answer["messages"]) text += describe_message(message);
        globals.print(answer, text.empty() ? "nothing is there\n" : text);
    });
}

void add_redrive(CLI::App& group, Globals& globals) {
    struct Options {
        std::string name;
        Json body = Json::object();
    };
    auto options = std::make_shared<Options>();
    Json& body = options->body;
    CLI::App& redrive =
        *group.add_subcommand("redrive", "Put dead letters back into the queues they come from");
    redrive.add_option("name", options->name, "of the queue that has them")->required();
    CLI::Option* rate = add_field<std::uint32_t>(redrive, "--rate", body, "rate_per_s",
                                                 "so many a second; 0 = as fast as it goes");
    CLI::Option* count = add_field<std::uint64_t>(redrive, "-n,--count", body, "messages_max",
                                                  "so many, oldest first; 0 = all that are there now");
    redrive
        .add_flag_callback(
            "--stop", [&body] { body["stop"] = true; }, "end what is under way")
        ->excludes(rate)
        ->excludes(count);
    redrive.footer("Example: drayctl dlq redrive orders.dead --rate 100");
    redrive.callback([&globals, options] {
        const bool stop = options->body.contains("stop");
        const Json begun = globals.ask("POST", queue_path(options->name, "/redrive"), options->body);
        globals.print(begun, stop ? "stopped\n" : messages(begun) + " are on their way back\n");
    });
}

void add_purge(CLI::App& group, Globals& globals) {
    struct Options {
        std::string name;
        bool yes = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App& purge =
        *group.add_subcommand("purge", "Throw away what a queue holds; what consumers have stays");
    purge.add_option("name", options->name, "of the queue")->required();
    purge.add_flag("--yes", options->yes, "do not ask");
    purge.footer("Example: drayctl dlq purge orders.dead");
    purge.callback([&globals, options] {
        const std::string held = messages(globals.ask("GET", queue_path(options->name)));
        const std::string question = "Queue '" + options->name + "' holds " + held + ". Throw them away?";
        if (!confirm(question, options->yes)) return;
        const Json done = globals.ask("DELETE", queue_path(options->name, "/messages"));
        globals.print(done, messages(done) + " thrown away\n");
    });
}

}  // namespace

void add_dlq_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("dlq", "Dead letters: ls, peek, redrive, purge");
    group->require_subcommand(1);
    add_dead_letter_list(*group, globals);
    add_peek(*group, globals);
    add_redrive(*group, globals);
    add_purge(*group, globals);
}

}  // namespace dray::ctl
