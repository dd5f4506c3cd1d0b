#include "services/common/outbox.h"

#include <soci/soci.h>

#include <algorithm>
#include <utility>

#include "services/common/hex.h"

namespace dray::service {

const char* const kOutboxSchema = R"(
    CREATE TABLE inbox (
        event_id TEXT PRIMARY KEY,
        seen_at_ms BIGINT NOT NULL
    );
    CREATE INDEX inbox_by_age ON inbox (seen_at_ms);
    CREATE TABLE outbox_sequence (last BIGINT NOT NULL);
    INSERT INTO outbox_sequence (last) VALUES (0);
    CREATE TABLE outbox (
        id BIGINT PRIMARY KEY,
        owner TEXT NOT NULL,
        event_id TEXT NOT NULL,
        order_id TEXT NOT NULL,
        cause_id TEXT NOT NULL,
        traceparent TEXT NOT NULL,
        topic TEXT NOT NULL,
        payload_hex TEXT NOT NULL,
        retained INTEGER NOT NULL,
        repeat_with TEXT,
        sent INTEGER NOT NULL DEFAULT 0,
        added_at_ms BIGINT NOT NULL
    );
    CREATE INDEX outbox_by_question ON outbox (repeat_with);
    CREATE INDEX outbox_by_event ON outbox (event_id);
    CREATE INDEX outbox_waiting ON outbox (owner, id) WHERE sent = 0;
    CREATE INDEX outbox_left ON outbox (added_at_ms) WHERE sent = 0;
)";

Outbox::Outbox(soci::session& sql, Bus& bus, std::string owner)
    : sql_(sql), bus_(bus), owner_(std::move(owner)) {
    sql_ << "SELECT last FROM outbox_sequence", soci::into(last_id_);
}

// Never given twice, whichever instance asks and whatever was deleted since.
std::int64_t Outbox::next_id() {
    sql_ << "UPDATE outbox_sequence SET last = last + 1";
    sql_ << "SELECT last FROM outbox_sequence", soci::into(last_id_);
    return last_id_;
}

void Outbox::add(const EventHeader& header, const std::string& topic, const std::string& payload,
                 const Delivery& delivery) {
    const auto id = next_id();
    const auto payload_hex = to_hex(payload);
    const int retained = delivery.retained ? 1 : 0;
    const auto now = now_ms();
    const auto& repeat_with = delivery.repeat_with.empty() ? header.cause_id() : delivery.repeat_with;
    auto repeatable = delivery.retained || delivery.once ? soci::i_null : soci::i_ok;
    sql_
        << "INSERT INTO outbox (id, owner, event_id, order_id, cause_id, traceparent, topic, payload_hex, "
           "retained, "
           "repeat_with, added_at_ms) "
           "VALUES (:id, :owner, :event, :order, :cause, :trace, :topic, :payload, :retained, :repeat, :now)",
        soci::use(id), soci::use(owner_), soci::use(header.event_id()), soci::use(header.order_id()),
        soci::use(header.cause_id()), soci::use(header.traceparent()), soci::use(topic),
        soci::use(payload_hex), soci::use(retained), soci::use(repeat_with, repeatable), soci::use(now);
}

void Outbox::requeue(const std::string& where, const std::string& event_id) {
    std::vector<std::int64_t> ids;
    {
        const soci::rowset<std::int64_t> rows = (sql_.prepare << "SELECT id FROM outbox WHERE " + where +
                                                                     " = :event AND sent = 1 "
                                                                     "ORDER BY id",
                                                 soci::use(event_id));
        ids.assign(rows.begin(), rows.end());
    }
    put_last(ids);
}

void Outbox::put_last(const std::vector<std::int64_t>& ids) {
    const auto now = now_ms();
    for (const auto old_id : ids) {
        const auto id = next_id();
        sql_ << "UPDATE outbox SET id = :new, sent = 0, owner = :owner, added_at_ms = :now WHERE id = :old",
            soci::use(id), soci::use(owner_), soci::use(now), soci::use(old_id);
    }
}

void Outbox::adopt() {
    const std::int64_t before = now_ms() - std::chrono::milliseconds(kAdoptAfter).count();
    std::vector<std::int64_t> ids;
    {
        const soci::rowset<std::int64_t> rows =
            (sql_.prepare << "SELECT id FROM outbox WHERE sent = 0 AND owner <> :owner AND "
                             "added_at_ms < :before ORDER BY id LIMIT 100",
             soci::use(owner_), soci::use(before));
        ids.assign(rows.begin(), rows.end());
    }
    put_last(ids);
}

void Outbox::repeat_answers_to(const std::string& event_id) {
    requeue("repeat_with", event_id);
}

void Outbox::repeat(const std::string& event_id) {
    requeue("event_id", event_id);
}

void Outbox::forget_before(std::int64_t time_ms) {
    sql_ << "DELETE FROM outbox WHERE sent = 1 AND added_at_ms < :time", soci::use(time_ms);
}

void Outbox::acknowledged(std::uint64_t ticket) {
    const std::lock_guard lock(mutex_);
    acknowledged_.push_back(static_cast<std::int64_t>(ticket));
}

void Outbox::collect() {
    const std::lock_guard lock(mutex_);
    in_flight_ -= std::min(in_flight_, acknowledged_.size());
    unsettled_.insert(unsettled_.end(), acknowledged_.begin(), acknowledged_.end());
    acknowledged_.clear();
}

void Outbox::settle() {
    collect();
    if (unsettled_.empty()) return;
    sql_ << "DELETE FROM outbox WHERE id = :id AND repeat_with IS NULL", soci::use(unsettled_);
    sql_ << "UPDATE outbox SET sent = 1 WHERE id = :id", soci::use(unsettled_);
}

void Outbox::tell(Message message) {
    told_.push_back(std::move(message));
}

void Outbox::committed() {
    unsettled_.clear();
    for (const auto& message : told_) bus_.publish(message);
    told_.clear();
}

void Outbox::rolled_back() {
    told_.clear();
}

// After a reconnect both Paho and we repeat what was in flight: twice the window must be within what the
// broker takes.
std::size_t Outbox::window() const {
    return std::clamp<std::size_t>(bus_.receive_maximum() / 2, 1, kInFlightMax);
}

void Outbox::pump() {
    collect();
    if (published_id_ >= last_id_ || in_flight_ >= window() || !bus_.connected()) return;
    const auto room = static_cast<std::int64_t>(window() - in_flight_);
    const soci::rowset<soci::row> rows =
        (sql_.prepare << "SELECT id, event_id, order_id, cause_id, traceparent, topic, payload_hex, retained "
                         "FROM outbox WHERE sent = 0 AND owner = :owner AND id > :after "
                         "ORDER BY id LIMIT :room",
         soci::use(owner_), soci::use(published_id_), soci::use(room));
    for (const auto& row : rows) {
        const auto id = row.get<long long>(0);
        const Message message{.topic = row.get<std::string>(5),
                              .payload = from_hex(row.get<std::string>(6)),
                              .qos = 1,
                              .retained = row.get<int>(7) != 0,
                              .user_properties = {{"event-id", row.get<std::string>(1)},
                                                  {"order-id", row.get<std::string>(2)},
                                                  {"cause-id", row.get<std::string>(3)},
                                                  {"traceparent", row.get<std::string>(4)}}};
        if (!bus_.publish(message, static_cast<std::uint64_t>(id))) return;
        published_id_ = id;
        ++in_flight_;
    }
}

void Outbox::restart() {
    published_id_ = 0;
    in_flight_ = 0;
}

bool Inbox::first_time(const EventHeader& header) {
    const auto now = now_ms();
    soci::statement insert =
        (sql_.prepare
             << "INSERT INTO inbox (event_id, seen_at_ms) VALUES (:event, :now) ON CONFLICT DO NOTHING",
         soci::use(header.event_id()), soci::use(now));
    insert.execute(true);
    return insert.get_affected_rows() == 1;
}

void Inbox::forget_before(std::int64_t time_ms) {
    sql_ << "DELETE FROM inbox WHERE seen_at_ms < :time", soci::use(time_ms);
}

}  // namespace dray::service
