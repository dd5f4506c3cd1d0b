// Transactional outbox and idempotent inbox: how an event is neither lost nor handled twice although a
// database and a broker share no transaction.
//
//   one transaction:   inbox ── seen this event id? ──> change ──> outbox rows ──> commit
//   afterwards:        outbox rows ──> bus, in order, a window at a time ──> acknowledged ──> marked sent
//
// A crash before the commit: the broker was not acknowledged (consumer.h), the event comes again.
// A crash after the commit: rows not marked sent are published again; takers recognise the event id.
//
// And where a broker loses what it had acknowledged (one without a disk, killed), nobody would know. So the
// service at the head of a story asks again when the story stops (the store republishes OrderPlaced), and
// whoever sees an event a second time publishes its own answers to it again. The question travels down the
// saga to the place where the story broke, and goes on from there.
//
// What nobody would miss for long (an offer, of which there will be another; "another was faster") needs no
// row: it is told once after the commit, and lost when service or connection die just then.
//
// Instances that share a database each publish their own rows; what an instance has left unsent for
// kAdoptAfter, another one publishes.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "services/common/bus.h"
#include "services/common/event.h"
#include "services/common/message.h"

namespace soci {
class session;
}

namespace dray::service {

// SQL of the tables, to be prepended to a service's migrations.
extern const char* const kOutboxSchema;

// How an event goes out.
struct Delivery {
    // State rather than history: retained by the broker. Only the newest version matters.
    bool retained = false;
    // A command or an offer of the moment: not to be said again once the broker has it.
    bool once = false;
    // Said again when this event comes a second time; empty: the cause of the event.
    std::string repeat_with = {};
};

class Outbox {
  public:
    // `owner`: this instance, by a name that it has again after a restart.
    Outbox(soci::session& sql, Bus& bus, std::string owner);

    // All within a transaction.
    void add(const EventHeader& header, const std::string& topic, const std::string& payload,
             const Delivery& delivery);
    void repeat_answers_to(const std::string& event_id);
    void repeat(const std::string& event_id);  // the event itself
    void tell(Message message);                // after the commit, without a row

    // Within a transaction: marks what was acknowledged.
    void settle();
    // After the transaction: what was told is said, or was never told; what was not marked is in the next.
    void committed();
    void rolled_back();
    const std::vector<Message>& told() const { return told_; }

    void adopt();                              // within a transaction: what others have left unsent
    void forget_before(std::int64_t time_ms);  // within a transaction: what was sent

    // After a commit, or when acknowledgements came: publishes what waits, as far as the window allows.
    void pump();
    // After a new connection: what was not acknowledged goes out again.
    void restart();

    // Any thread.
    void acknowledged(std::uint64_t ticket);

    static constexpr std::size_t kInFlightMax = 512;
    static constexpr std::chrono::seconds kAdoptAfter{10};

  private:
    std::int64_t next_id();
    void collect();
    std::size_t window() const;
    void requeue(const std::string& where, const std::string& event_id);
    void put_last(const std::vector<std::int64_t>& ids);

    soci::session& sql_;
    Bus& bus_;
    std::string owner_;
    std::int64_t last_id_ = 0;       // newest row of this instance
    std::int64_t published_id_ = 0;  // newest row handed to the bus
    std::size_t in_flight_ = 0;
    std::vector<std::int64_t> unsettled_;  // acknowledged, not yet marked
    std::vector<Message> told_;            // in the transaction under way

    mutable std::mutex mutex_;
    std::vector<std::int64_t> acknowledged_;
};

class Inbox {
  public:
    explicit Inbox(soci::session& sql) : sql_(sql) {}
    // Within a transaction: true once per event id.
    bool first_time(const EventHeader& header);
    void forget_before(std::int64_t time_ms);

  private:
    soci::session& sql_;
};

}  // namespace dray::service
