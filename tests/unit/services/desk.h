// A desk to try a service's logic at: its database in memory (or a file, to try what outlives a crash), and
// the outbox as a list of what it said. With DRAY_TEST_DATABASE=postgresql://… in the environment each desk
// has a schema there for its time.
//
//   Desk desk("dray-inventory", inventory::kSchema);
//   desk.run([&](Transaction& tx) { stock.placed(tx, order); });
//   EXPECT_EQ(desk.said().back().topic, "order/reserved/o1");
#pragma once

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "services/common/database.h"
#include "services/common/hex.h"
#include "services/common/outbox.h"
#include "services/common/service.h"
#include "services/common/zips.h"

namespace dray::testing {

struct Said {
    std::string topic;
    std::string payload;

    template <class Event>
    Event as() const {
        Event event;
        if (!event.ParseFromString(payload)) throw std::runtime_error(topic + " does not hold that event");
        return event;
    }
};

class Desk {
  public:
    Desk(std::string name, const std::vector<std::string>& migrations,
         const std::filesystem::path& file = {});
    ~Desk();
    Desk(const Desk&) = delete;
    Desk& operator=(const Desk&) = delete;
    Desk(std::string name, const std::string& schema) : Desk(std::move(name), std::vector{schema}) {}

    void run(const std::function<void(service::Transaction&)>& work);
    // As a service does it: once per event, the answers again when it comes again.
    template <class Event>
    void deliver(const Event& event,
                 const std::function<void(service::Transaction&, const Event&)>& handler) {
        run([&](service::Transaction& tx) {
            if (!tx.first_time(event.header())) return;
            tx.answer_to(event.header());
            handler(tx, event);
        });
    }

    std::vector<Said> said();  // everything, oldest first
    std::vector<Said> said(const std::string& filter);
    void broker_has_everything();               // as if all of it had been acknowledged
    long long count(const std::string& query);  // a SELECT of one number

    service::Database& database() { return database_; }
    service::Outbox& outbox() { return outbox_; }

    std::vector<Said> take_told();  // what was told without a row, which is not said again then

  private:
    struct Told {
        Said said;
        long long after;  // the newest row then
    };

    std::string name_;
    service::Database database_;
    service::Bus bus_;  // never started
    service::Outbox outbox_;
    std::vector<Told> told_;
};

// An event of this order with a fresh id.
template <class Event>
Event event_of(const std::string& order_id) {
    Event event;
    event.mutable_header()->set_order_id(order_id);
    service::complete_header(*event.mutable_header(), {}, "test");
    return event;
}

// Four zips in a row, each with two doors: 10001 - 10002 - 10003 - 10004.
service::ZipMap little_town();

}  // namespace dray::testing
