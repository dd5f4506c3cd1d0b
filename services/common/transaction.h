// What a handler may do; commits when the handlers of its batch have returned, rolls back when one throws.
#pragma once

#include <string>
#include <utility>

#include "services/common/event.h"
#include "services/common/outbox.h"

namespace soci {
class session;
}

namespace dray::service {

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
        outbox_.add(event.header(), topic, event.SerializeAsString(), delivery);
    }

    // Said once after the commit, at QoS 0, and kept nowhere: for what nobody would miss for long.
    template <class Event>
    void tell(const std::string& topic, Event event) {
        complete_header(*event.mutable_header(), cause_, source_);
        outbox_.tell({.topic = topic,
                      .payload = event.SerializeAsString(),
                      .qos = 0,
                      .user_properties = header_properties(event.header())});
    }

    // True once per event; a second time, what was published because of it is published again (outbox.h).
    bool first_time(const EventHeader& header) {
        if (Inbox(sql_).first_time(header)) return true;
        outbox_.repeat_answers_to(header.event_id());
        return false;
    }
    // The event of this id, published earlier from here, goes out once more.
    void repeat(const std::string& event_id) { outbox_.repeat(event_id); }

  private:
    soci::session& sql_;
    Outbox& outbox_;
    std::string source_;
    EventHeader cause_;
};

}  // namespace dray::service
