// dray-bench: puts one load on an MQTT broker and prints one line of JSON.
//
// Exit codes: 0 measured; 1 the broker refused, closed, or lost messages of QoS 1 or 2; 2 the command line is
// wrong.
#include <CLI/CLI.hpp>
#include <functional>
#include <iostream>

#include "bench/connect.h"
#include "bench/durable.h"
#include "bench/failure.h"
#include "bench/plans.h"
#include "bench/read.h"
#include "bench/retained.h"

namespace dray::bench {
namespace {

constexpr const char* kFooter = R"(
Latencies are from publisher to subscriber. At an offered rate they count from the time at which a message was due, so
that what holds the sender up counts too (no coordinated omission); without one, each publisher has a window of messages
that are under way, and the rate is what the broker can do.

    dray-bench --broker mqtt://127.0.0.1:1883 --pid $(pidof drayd) pairs --pairs 100 --qos 1
    dray-bench --broker wss://broker.example:8443 --ca-file ca.pem rate --messages 20000

Exit codes: 0 measured, 1 the broker refused, closed or lost messages of QoS 1 or 2, 2 the command line is wrong.)";

constexpr int kClientsMax = 1'000'000;

struct CommandLine {
    RunOptions run;
    std::string url = "mqtt://127.0.0.1:1883";
    std::function<Figures()> command;
};

void add_common(CLI::App& app, CommandLine& line) {
    RunOptions& run = line.run;
    app.add_option("--broker", line.url, "mqtt, mqtts, ws or wss://[USER[:PASSWORD]@]HOST[:PORT]")
        ->envname("DRAY_BENCH_BROKER")
        ->capture_default_str();
    app.add_option("--ca-file", run.crowd.tls.ca_file, "certificates to check the broker's with")
        ->type_name("FILE");
    app.add_flag("--insecure", run.crowd.tls.insecure, "do not check the broker's certificate");
    app.add_option("--pid", run.pid, "the broker's process, whose CPU time and memory are read")
        ->check(CLI::PositiveNumber);
    app.add_option("--qos", run.qos, "of publishing and subscribing")
        ->check(CLI::Range(0, 2))
        ->capture_default_str();
    app.add_option("--payload", run.payload_bytes, "bytes of each message")
        ->check(CLI::Range(12, 100'000'000))
        ->capture_default_str();
    app.add_option("--warm-up", run.warm_up_s, "seconds before measuring")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--seconds", run.seconds, "seconds measured")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--topics", run.topics, "what the names of topics begin with")->capture_default_str();
}

CLI::Option* add_count(CLI::App& command, const std::string& name, int& count, const std::string& what) {
    return command.add_option(name, count, what)->check(CLI::Range(1, kClientsMax))->capture_default_str();
}

void add_pace(CLI::App& command, Sides& sides) {
    command.add_option("--window", sides.window, "messages of a publisher that have not reached all takers")
        ->check(CLI::Range(1, 60'000))
        ->capture_default_str();
    command.add_option("--rate", sides.rate_hz, "messages a second of all publishers; 0: as many as go")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
}

using MakePlan = Plan (*)(const RunOptions&, const Sides&);

// A workload of publishers and subscribers; returns its command, for the options of its own.
CLI::App* add_sides(CLI::App& app, CommandLine& line, const std::string& name, const std::string& what,
                    std::shared_ptr<Sides> sides, MakePlan make) {
    CLI::App* command = app.add_subcommand(name, what);
    add_pace(*command, *sides);
    command->callback([&line, sides, make] {
        line.command = [&line, sides, make] { return run_traffic(make(line.run, *sides), line.run); };
    });
    return command;
}

void add_traffic(CLI::App& app, CommandLine& line) {
    const auto sides = [](int publishers, int subscribers, int window) {
        return std::make_shared<Sides>(
            Sides{.publishers = publishers, .subscribers = subscribers, .window = window});
    };
    auto own = sides(100, 100, 20);
    add_count(*add_sides(app, line, "pairs", "publisher i to subscriber i", own, pairs), "--pairs",
              own->publishers, "of clients");
    own = sides(50, 5, 20);
    CLI::App* command = add_sides(app, line, "fan-in", "many publishers to few subscribers", own, fan_in);
    add_count(*command, "--publishers", own->publishers, "clients that publish");
    add_count(*command, "--subscribers", own->subscribers, "clients that subscribe, each to its share");
    own = sides(1, 1000, 10);
    command = add_sides(app, line, "fan-out", "one publisher to many subscribers", own, fan_out);
    add_count(*command, "--subscribers", own->subscribers, "clients that subscribe");
    own = sides(50, 5, 20);
    command = add_sides(app, line, "shared", "many publishers to the members of a shared group", own, shared);
    add_count(*command, "--publishers", own->publishers, "clients that publish");
    add_count(*command, "--members", own->subscribers, "of the group");
}

void add_rate(CLI::App& app, CommandLine& line) {
    CLI::App* command = app.add_subcommand("rate", "latency of pairs at an offered rate");
    auto sides = std::make_shared<Sides>(Sides{.publishers = 100, .subscribers = 100, .rate_hz = 20'000});
    add_count(*command, "--pairs", sides->publishers, "of clients");
    command->add_option("--messages", sides->rate_hz, "a second, all publishers together")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->callback([&line, sides] {
        line.command = [&line, sides] {
            Plan plan = pairs(line.run, *sides);
            plan.name = "rate";
            return run_traffic(plan, line.run);
        };
    });
}

void add_subs(CLI::App& app, CommandLine& line) {
    CLI::App* command = app.add_subcommand("subs", "very many filters, then publish to one after the other");
    auto sides = std::make_shared<Sides>(Sides{.publishers = 50, .subscribers = 100, .window = 20});
    auto filters = std::make_shared<int>(100'000);
    add_count(*command, "--filters", *filters, "of all subscribers together");
    add_count(*command, "--publishers", sides->publishers, "clients that publish");
    add_count(*command, "--subscribers", sides->subscribers, "clients that share the filters");
    add_pace(*command, *sides);
    command->callback([&line, sides, filters] {
        if (*filters < sides->subscribers * sides->publishers) {
            throw CLI::ValidationError("--filters", "must be at least --subscribers times --publishers");
        }
        line.command = [&line, sides, filters] {
            return run_traffic(subs(line.run, *sides, *filters), line.run);
        };
    });
}

void add_fleet(CLI::App& app, CommandLine& line) {
    CLI::App* command = app.add_subcommand("fleet", "vehicles that report, and orders to some of them");
    auto options = std::make_shared<FleetOptions>();
    add_count(*command, "--vehicles", options->vehicles, "clients that report to one watcher");
    command->add_option("--report-hz", options->report_hz, "reports a second of each vehicle")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->add_option("--orders", options->orders_hz, "orders a second, QoS 1")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    add_count(*command, "--vehicles-per-order", options->vehicles_per_order, "that each order goes to");
    command->callback([&line, options] {
        if (options->vehicles % options->vehicles_per_order != 0) {
            throw CLI::ValidationError("--vehicles", "must be a multiple of --vehicles-per-order");
        }
        line.command = [&line, options] { return run_traffic(fleet(line.run, *options), line.run); };
    });
}

void add_connect(CLI::App& app, CommandLine& line) {
    CLI::App* command =
        app.add_subcommand("connect", "clients that come and stay: CPU time and memory of each");
    auto options = std::make_shared<ConnectOptions>();
    add_count(*command, "--clients", options->clients, "to connect");
    command->add_flag("--subscribe", options->subscribe, "one subscription each");
    command->add_flag("--at-once", options->at_once, "all begin in the same moment");
    command->add_flag("--keep-sessions", options->keep_sessions, "sessions that outlive their connection");
    command->add_option("--hold", options->hold_s, "seconds that they stay, before memory is read")
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    command->callback(
        [&line, options] { line.command = [&line, options] { return run_connect(*options, line.run); }; });
}

void add_kept(CLI::App& app, CommandLine& line) {
    CLI::App* command = app.add_subcommand("retained", "set retained messages, take them all, remove them");
    auto retained = std::make_shared<RetainedOptions>();
    add_count(*command, "--count", retained->topics, "retained topics");
    add_count(*command, "--window", retained->window, "messages that are not acknowledged yet");
    command->callback([&line, retained] {
        line.command = [&line, retained] { return run_retained(*retained, line.run); };
    });

    command =
        app.add_subcommand("durable", "QoS 1 into sessions whose clients are away; latency until PUBACK");
    auto durable = std::make_shared<DurableOptions>();
    add_count(*command, "--sessions", durable->sessions, "that take the messages");
    add_count(*command, "--publishers", durable->publishers, "clients that publish");
    add_count(*command, "--window", durable->window, "messages of a publisher that are not acknowledged yet");
    command->add_option("--messages", durable->messages, "until so many are acknowledged, whatever the time");
    command->add_flag("--without-sessions", durable->without_sessions, "a queue or stream takes them");
    command->callback(
        [&line, durable] { line.command = [&line, durable] { return run_durable(*durable, line.run); }; });

    command = app.add_subcommand("read", "how fast one subscriber is given what its filter brings");
    auto read = std::make_shared<ReadOptions>();
    command->add_option("--filter", read->filter, "for example $stream/NAME/earliest")->required();
    command->add_option("--again-after", read->again_after, "messages, after which it subscribes anew");
    command->callback([&line, read] { line.command = [&line, read] { return run_read(*read, line.run); }; });
}

int main(int count, const char* const* arguments) {
    CLI::App app("dray-bench: puts a load on an MQTT broker and prints what it measured, as one line of JSON",
                 "dray-bench");
    app.footer(kFooter);
    app.set_version_flag("--version", "dray " DRAY_VERSION);
    app.require_subcommand(1);
    app.fallthrough();
    CommandLine line;
    add_common(app, line);
    add_connect(app, line);
    add_traffic(app, line);
    add_rate(app, line);
    add_fleet(app, line);
    add_subs(app, line);
    add_kept(app, line);
    try {
        app.parse(count, arguments);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    try {
        line.run.crowd.broker = parse_broker_url(line.url);
        const Figures figures = line.command();
        std::cout << figures.dump() << '\n';
        const auto lost = figures.find("lost");
        if (lost == figures.end() || line.run.qos == 0 || *lost == 0) return 0;
        std::cerr << "dray-bench: " << lost->dump() << " deliveries are missing\n";
    } catch (const Failure& failure) {
        std::cerr << "dray-bench: " << failure.what() << '\n';
    }
    return 1;
}

}  // namespace
}  // namespace dray::bench

int main(int count, char** arguments) {
    return dray::bench::main(count, arguments);
}
