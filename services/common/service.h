// A service in about a hundred lines: what every one of them has in common is here.
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
// commit); where one of them fails, each is tried alone, and the one that keeps failing goes to the table
// dead_letters.
//
//   Paho's thread ─┐
//   HTTP's thread ─┼─> queue ──> [inbox, handlers, outbox] commit ──> done callbacks, outbox ──> bus
//   timers ────────┘
#pragma once

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "services/common/bus.h"
#include "services/common/event.h"
#include "services/common/outbox.h"
#include "services/common/settings.h"

namespace soci {
class session;
}

namespace dray::service {

// What a handler may do; commits when the handlers of its batch have returned, rolls back when one throws.
class Transaction {
  public:
    Transaction(soci::session& sql, Outbox& outbox, std::string source)
        : sql_(sql), outbox_(outbox), source_(std::move(source)) {}

    soci::session& sql() { return sql_; }

    // What is published from here on was caused by this event.
    void answer_to(const EventHeader& cause) { cause_ = cause; }
    const EventHeader& cause() const { return cause_; }

    // Completes the event's header and puts it into the outbox. Any message of dray.v1 that has a header.
    template <class Event>
    void publish(const std::string& topic, Event event, const Delivery& delivery = {}) {
        complete_header(*event.mutable_header(), cause_, source_);
        add(event.header(), topic, event.SerializeAsString(), delivery);
    }

    // True once per event; a second time, what was published because of it is published again (outbox.h).
    bool first_time(const EventHeader& header);
    // The event of this id, published earlier from here, goes out once more.
    void repeat(const std::string& event_id);

  private:
    void add(const EventHeader& header, const std::string& topic, const std::string& payload,
             const Delivery& delivery);

    soci::session& sql_;
    Outbox& outbox_;
    std::string source_;
    EventHeader cause_;
};

class Service {
  public:
    struct Options {
        std::string name;  // dray-billing
        Settings settings;
        std::vector<std::string> migrations;
    };
    using Work = std::function<void(Transaction&)>;
    using Done = std::function<void(std::exception_ptr)>;  // null when committed

    // Opens the database. Throws SettingsError or std::runtime_error.
    explicit Service(Options options);
    ~Service();
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;

    const Settings& settings() const;
    const std::string& name() const;

    // Each event once, in one transaction with what the handler changes and publishes.
    template <class Event>
    void on(const std::string& filter, std::function<void(Transaction&, const Event&)> handler) {
        subscribe(filter, [this, handler = std::move(handler)](Transaction& tx, const Message& message) {
            Event event;
            if (!event.ParseFromString(message.payload) || event.header().event_id().empty()) {
                return report_unreadable(message, Event::descriptor()->full_name());
            }
            if (!tx.first_time(event.header())) return;
            tx.answer_to(event.header());
            handler(tx, event);
        });
    }

    // A firehose: no transaction, no inbox; dropped (and counted in the log) when the service falls behind.
    void on_stream(const std::string& filter, int qos, std::function<void(const Message&)> handler);

    void every(std::chrono::milliseconds interval, Work work);

    // After every new connection: for state that a broker may have forgotten.
    void on_connect(Work work);

    // Any thread. Runs `work` on the service's thread, then `done` after the commit. `work` may run more than
    // once (its first batch may be rolled back), so it must start from scratch each time.
    void post(Work work, Done done = {});

    // Straight to the bus, from the service's thread: for streams, where a lost message does not matter.
    void publish_now(const Message& message);
    bool connected() const;

    // Starts, prints `ready name=<name>` to stdout once subscribed, returns after SIGINT or SIGTERM.
    int run();
    // The same in two steps, for a service that is ready when it says so itself.
    void start();
    int wait_and_stop();

  private:
    using Handler = std::function<void(Transaction&, const Message&)>;
    void subscribe(const std::string& filter, Handler handler);
    static void report_unreadable(const Message& message, const std::string& type);

    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Runs `body`, which makes and runs a service, and turns what it throws into one clear line and exit code 1.
int service_main(const std::string& name, const std::function<int()>& body);

}  // namespace dray::service
