// drayctl queue create|delete|ls
#include "ctl/command.h"
#include "ctl/option_types.h"
#include "ctl/queue_view.h"
#include "ctl/taker_commands.h"
#include "ctl/units.h"

namespace dray::ctl {

namespace {

const TakerKind kQueue{"queue", "consumers"};

void add_create_queue(CLI::App& group, Globals& globals) {
    const auto [create, options] = add_create(group, globals, kQueue);
    Json& body = *options;
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
    create.footer(
        "Example: drayctl queue create orders --filter 'order/new/#' --max-deliveries 5 --retry-delay 2s "
        "--dead-letter-queue orders.dead");
}

void add_queue_list(CLI::App& group, Globals& globals) {
    CLI::App& list = *group.add_subcommand("ls", "List all queues, as they stand");
    list.footer("Example: drayctl queue ls --json | jq '.queues[] | select(.messages > 1000) | .name'");
    list.callback([&globals] {
        const Json answer = globals.ask("GET", kQueue.path());
        globals.print(answer, queue_table(answer["queues"]));
    });
}

}  // namespace

void add_queue_commands(CLI::App& program, Globals& globals) {
    CLI::App* group = program.add_subcommand("queue", "Queues: create, delete, ls");
    group->require_subcommand(1);
    add_create_queue(*group, globals);
    add_delete(*group, globals, kQueue);
    add_queue_list(*group, globals);
}

}  // namespace dray::ctl
