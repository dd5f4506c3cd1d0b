// The outgoing window: QoS 1 and 2 messages sent to one client and not yet acknowledged, in the order of
// sending, MQTT 3.1.1 section 4.4 and 5.0 sections 4.4 and 4.9.
//
// Packet ids are given out in a circle, so the entry of an id is found by its distance from the oldest:
//
//     id      7      8      9     10     11
//           +------+------+------+------+------+
//     state | wait | done | wait | wait | wait |    done entries vanish when they reach the front
//           +------+------+------+------+------+
//             ^ front                ^ unsent_from: after a resume, entries from here on await their turn
//
// Adding, finding and completing take constant time; an idle window owns no memory. Lives in the session.
#pragma once

#include <cstdint>

#include "base/ring.h"
#include "mqtt/packet.h"
#include "session/message.h"

namespace dray::session {

// A message on its way to one session: what is kept of it until it is acknowledged.
struct Held {
    MessageRef message;                // none once a PUBREC has come
    MessageRef more_subscription_ids;  // see Delivery
    std::uint32_t subscription_id = 0;
    mqtt::QoS qos = mqtt::QoS::kAtMostOnce;
    bool retain = false;
    std::uint16_t shared = 0;  // which of the session's shared subscriptions brought it; 0 = none
};

class Inflight {
  public:
    enum class Phase : std::uint8_t { kDone, kAwaitsPuback, kAwaitsPubrec, kAwaitsPubcomp };
    struct Entry {
        Held held;
        Phase phase = Phase::kDone;
        bool sent_before = false;  // sent at least once: DUP the next time [MQTT-3.1.1 3.3.1-1]
    };

    // Unacknowledged messages that were sent on this connection: what Receive Maximum limits.
    std::size_t sent() const { return sent_; }
    // All of them, those included that wait to be sent again.
    std::size_t size() const { return live_; }
    bool empty() const { return live_ == 0; }
    // The circle of ids is nearly used up, though most are done: wait for the oldest.
    bool is_out_of_ids() const { return entries_.size() >= 65'000; }

    // Takes a message that is being sent now for the first time.
    mqtt::PacketId add(Held held) {
        DRAY_ASSERT(!has_unsent() && !is_out_of_ids());
        const std::uint16_t id = id_at(entries_.size());
        const Phase phase = held.qos == mqtt::QoS::kAtLeastOnce ? Phase::kAwaitsPuback : Phase::kAwaitsPubrec;
        entries_.push_back({std::move(held), phase, true});
        unsent_from_ = entries_.size();
        ++sent_;
        ++live_;
        return mqtt::PacketId{id};
    }

    // The entry with that id, or none.
    Entry* find(mqtt::PacketId id) {
        const auto value = static_cast<std::uint16_t>(id);
        if (value == 0) return nullptr;
        // Ids run 1..65535 and then from 1 again.
        const std::size_t distance = (value + 65'535u - front_id_) % 65'535u;
        if (distance >= unsent_from_) return nullptr;
        Entry& entry = entries_[distance];
        return entry.phase == Phase::kDone ? nullptr : &entry;
    }

    void complete(Entry& entry) {
        --sent_;
        abandon(entry);
        drop_done();
    }

    // For a session without a connection: takes entries out; drop_done() when through with them.
    void abandon(Entry& entry) {
        entry.held = {};
        entry.phase = Phase::kDone;
        --live_;
    }
    void drop_done() {
        while (!entries_.empty() && entries_.front().phase == Phase::kDone) {
            entries_.pop_front();
            front_id_ = front_id_ == 65'535 ? std::uint16_t{1} : static_cast<std::uint16_t>(front_id_ + 1);
            if (unsent_from_ > 0) --unsent_from_;
        }
        if (entries_.empty()) entries_.clear_and_free();
    }

    // A new connection: everything is to be sent again, oldest first [MQTT-3.1.1 4.4.0-1, 4.6.0-1].
    void rewind() {
        unsent_from_ = 0;
        sent_ = 0;
        skip_done();
    }
    bool has_unsent() const { return unsent_from_ < entries_.size(); }
    struct Resend {
        mqtt::PacketId packet_id;
        Entry* entry;
    };
    Resend next_unsent() {
        const std::size_t at = unsent_from_++;
        ++sent_;
        skip_done();
        return {mqtt::PacketId{id_at(at)}, &entries_[at]};
    }

    // Oldest first.
    template <typename Visit>
    void for_each(Visit visit) {
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].phase != Phase::kDone) visit(entries_[i]);
        }
    }

  private:
    std::uint16_t id_at(std::size_t distance) const {
        return static_cast<std::uint16_t>((front_id_ - 1u + distance) % 65'535u + 1u);
    }
    void skip_done() {
        while (has_unsent() && entries_[unsent_from_].phase == Phase::kDone) ++unsent_from_;
    }

    Ring<Entry> entries_;
    std::size_t unsent_from_ = 0;
    std::uint32_t sent_ = 0;
    std::uint32_t live_ = 0;
    std::uint16_t front_id_ = 1;
};

}  // namespace dray::session
