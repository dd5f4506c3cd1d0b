// A service in about sixty lines: what every one of them has in common is here.
//
//   main:  Service service({.name = "dray-billing", .settings = …, .migrations = {…}});
//          service.on<v1::OrderReserved>("order/reserved/+", [](Transaction& tx, const v1::OrderReserved&
//          event) {
//              tx.sql() << …;                                     // the change
//              tx.publish("payment/paid/" + order_id, payment);   // and what follows from it: all or nothing
//          });
//          return service.run();
//
// One thread, the service's own, runs every handler, timer and posted task; it alone uses the database. Tasks
// that wait are run together in one transaction, so that the disk is synced once for all of them (group
// commit); where one of them fails, it is found by halves and tried alone.
//
//   consumer's thread ─┐                                                 ┌─> acknowledged to the broker
//   HTTP's thread ─────┼─> queue ──> [inbox, handlers, outbox] commit ───┤
//   timers ────────────┘                                                 └─> outbox ──> bus
//
// The setting `consume` says where events come from:
//
//   subscription  `order/reserved/+`, kept in a durable session of this instance. Any broker.
//   shared        `$share/billing/order/reserved/+`: instances share the load. Any MQTT 5 broker.
//   queue         `$queue/billing`: the same, and nothing is lost while no instance is there. Drayd, with a
//                 queue of that name that has the service's filters.
//
// An event whose handler keeps throwing, or that cannot be read, is refused to the queue, which tries again
// or makes it a dead letter; without a queue it goes to the table dead_letters after kAttemptsMax.
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/common/message.h"
#include "services/common/settings.h"
#include "services/common/transaction.h"

namespace dray::service {

class Service {
  public:
    struct Options {
        std::string name;  // dray-billing
        Settings settings;
        std::vector<std::string> migrations;  // see Migrations::steps
    };
    using Work = std::function<void(Transaction&)>;
    using Done = std::function<void(std::exception_ptr)>;  // null when committed

    static constexpr int kAttemptsMax = 3;

    // Opens the database. Throws SettingsError or std::runtime_error.
    explicit Service(Options options);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    const Settings& settings() const;
    const std::string& name() const;
    const std::string& instance() const;  // the setting `client_id`, or the name

    // Each event once, in one transaction with what the handler changes and publishes. Of several filters
    // that match, the first that was named counts.
    template <class Event>
    void on(const std::string& filter, std::function<void(Transaction&, const Event&)> handler) {
        subscribe(/*is_state=*/false, filter, reader<Event>(once(std::move(handler))));
    }

    // The same without the inbox, for events that come in great numbers and mostly change nothing: each time
    // one comes, also when it comes again. A handler that goes on to change something asks tx.first_time
    // before.
    template <class Event>
    void on_each(const std::string& filter, std::function<void(Transaction&, const Event&)> handler) {
        subscribe(/*is_state=*/false, filter, reader<Event>(std::move(handler)));
    }

    // The same for retained state: each instance has a subscription of its own, whatever `consume` says.
    template <class Event>
    void on_state(const std::string& filter, std::function<void(Transaction&, const Event&)> handler) {
        subscribe(/*is_state=*/true, filter, reader<Event>(once(std::move(handler))));
    }

    // Everything that matches, from the beginning and in order: the log `$stream/<stream>` from the first
    // message that is not in this database yet, so that a read model can be deleted and comes back. Where
    // `consume` is not queue there is no log: subscribed as events are.
    using Reader = std::function<void(Transaction&, const Message&, const EventHeader&)>;
    void follow(const std::string& stream, const std::vector<std::string>& filters, Reader reader);

    // A firehose: no transaction, no inbox; dropped (and counted in the log) when the service falls behind.
    void on_stream(const std::string& filter, int qos, std::function<void(const Message&)> handler);

    // Answers a question (MQTT 5 request and response) by the payload that `answer` returns. Instances share
    // the questions. Nothing is kept: who hears nothing asks again.
    void on_request(const std::string& filter, std::function<std::string(const Message&)> answer);

    void every(std::chrono::milliseconds interval, Work work);

    // After every new connection: for state that a broker may have forgotten.
    void on_connect(Work work);

    // Any thread. Runs `work` on the service's thread, then `done` after the commit. `work` may run more than
    // once (its first batch may be rolled back), so it must start from scratch each time.
    void post(Work work, Done done = {});

    // Straight to the bus, from the service's thread: for streams, where a lost message does not matter.
    void publish_now(const Message& message);
    bool connected() const;

    // Before run: the line that says `ready` names this address too.
    void announce_http(const std::string& address);

    // Starts, prints `ready name=<name>` to stdout once subscribed, returns after SIGINT or SIGTERM.
    int run();
    // The same in two steps, for a service that is ready when it says so itself.
    void start();
    int wait_and_stop();

  private:
    // What is to be done with a message; nothing: it cannot be read.
    using Handler = std::function<Work(const Message&)>;
    void subscribe(bool is_state, const std::string& filter, Handler handler);

    template <class Event>
    static Handler reader(std::function<void(Transaction&, const Event&)> handler) {
        return [handler = std::move(handler)](const Message& message) -> Work {
            Event event;
            if (!event.ParseFromString(message.payload) || event.header().event_id().empty()) {
                report_unreadable(message, Event::descriptor()->full_name());
                return {};
            }
            return [handler, event = std::move(event), topic = message.topic](Transaction& tx) {
                tx.handles(event.header(), Event::descriptor()->name(), topic);
                handler(tx, event);
            };
        };
    }
    template <class Event>
    static std::function<void(Transaction&, const Event&)> once(
        std::function<void(Transaction&, const Event&)> handler) {
        return [handler = std::move(handler)](Transaction& tx, const Event& event) {
            if (tx.first_time(event.header())) handler(tx, event);
        };
    }
    static void report_unreadable(const Message& message, const std::string& type);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Runs `body`, which makes and runs a service, and turns what it throws into one clear line and exit code 1.
int service_main(const std::string& name, const std::function<int()>& body);

}  // namespace dray::service
