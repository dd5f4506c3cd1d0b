// What a handler may do; commits when the handlers of its batch have returned, rolls back when one throws.
#pragma once

#include <string>
#include <utility>

#include "services/common/event.h"
#include "services/common/outbox.h"
#include "services/common/spans.h"

namespace soci {
class session;
}

namespace dray::service {

class Transaction {
  public:
    // `spans`: nullptr, if nobody wants them.
    Transaction(soci::session& sql, Outbox& outbox, std::string source, SpanBook* spans = nullptr)
        : sql_(sql), outbox_(outbox), source_(std::move(source)), spans_(spans) {}
    ~Transaction() {
        if (spans_ != nullptr) spans_->end();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    soci::session& sql() { return sql_; }

    // What is published from here on was caused by this event.
    void answer_to(const EventHeader& cause) { cause_ = cause; }
    const EventHeader& cause() const { return cause_; }
    // It is what this transaction handles, a message of `type` that came from `topic`.
    void handles(const EventHeader& event, const std::string& type, const std::string& topic) {
        answer_to(event);
        if (spans_ != nullptr) spans_->begin(event, type, topic);
    }

    // Completes the event's header and puts it into the outbox. Any message of dray.v1 that has a header.
    template <class Event>
    void publish(const std::string& topic, Event event, const Delivery& delivery = {}) {
        complete_header(*event.mutable_header(), cause_, source_);
        outbox_.add(event.header(), topic, event.SerializeAsString(), delivery);
        if (spans_ != nullptr) spans_->published(event.header(), Event::descriptor()->name(), topic);
    }

    // Said once after the commit, at QoS 0, and kept nowhere: for what nobody would miss for long.
    template <class Event>
    void tell(const std::string& topic, Event event) {
        complete_header(*event.mutable_header(), cause_, source_);
        outbox_.tell({.topic = topic,
                      .payload = event.SerializeAsString(),
                      .qos = 0,
                      .user_properties = header_properties(event.header())});
        if (spans_ != nullptr) spans_->published(event.header(), Event::descriptor()->name(), topic);
    }

    // True once per event; a second time, what was published because of it is published again (outbox.h).
    bool first_time(const EventHeader& header) {
        if (Inbox(sql_).first_time(header)) {
            if (spans_ != nullptr) spans_->is_worth_it();
            return true;
        }
        outbox_.repeat_answers_to(header.event_id());
        return false;
    }
    // The event of this id, published earlier from here, goes out once more.
    void repeat(const std::string& event_id) { outbox_.repeat(event_id); }

  private:
    soci::session& sql_;
    Outbox& outbox_;
    std::string source_;
    SpanBook* spans_;
    EventHeader cause_;
};

}  // namespace dray::service
