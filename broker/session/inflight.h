// The outgoing window: QoS 1 and 2 messages sent to one client and not yet acknowledged, in the order of
// sending, MQTT 3.1.1 section 4.4 and 5.0 sections 4.4 and 4.9.
//
// Each message has a position, counted from 1, and its packet id follows from that: 1 + (position - 1) %
// 65535. So ids run in a circle, and the entry of an id is found by its distance from the oldest:
//
//     id      7      8      9     10     11
//           +------+------+------+------+------+
//     state | wait | done | wait | wait | wait |    done entries vanish when they reach the front
//           +------+------+------+------+------+
//             ^ front                ^ unsent_from: after a resume, entries from here on await their turn
//
// Adding, finding and completing take constant time; an idle window owns no memory. Lives in the session.
#pragma once

#include <algorithm>
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
    bool sent_before = false;  // it may have been: DUP when it is sent [MQTT-3.1.1 3.3.1-1]
    RootIndex root{};
    std::uint16_t source = 0;  // 1 + which of the session's sources brought it; 0 = none
    // Of a session that is kept on disk: its place in the order of this session's messages (0 = it takes the
    // next when it is sent), and the commit that must be safe before its next packet may leave.
    std::uint64_t position = 0;
    std::uint64_t waits_for = 0;
    std::uint64_t body =
        0;  // where its message is on disk, if several sessions hold it; 0 = in their own pages
    std::uint64_t source_position = 0;  // its place in the queue or stream that it comes from
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
    // The position that follows on all that were ever taken.
    std::uint64_t next_position() const { return front_position_ + entries_.size(); }
    // If not, the circle of ids is nearly used up, though most are done: wait for the oldest.
    bool has_id_for(const Held& held) const {
        return entries_.empty() || std::max(held.position, next_position()) - front_position_ < kIdsInUseMax;
    }

    // Takes a message that is being sent now for the first time.
    mqtt::PacketId add(Held held) {
        DRAY_ASSERT(!has_unsent() && has_id_for(held));
        const Phase phase = held.qos == mqtt::QoS::kAtLeastOnce ? Phase::kAwaitsPuback : Phase::kAwaitsPubrec;
        const mqtt::PacketId id = append(std::move(held), phase, true);
        unsent_from_ = entries_.size();
        ++sent_;
        return id;
    }
    // After a restart, oldest first: one that is to be sent again.
    void restore(Held held, Phase phase) {
        DRAY_ASSERT(has_id_for(held) && sent_ == 0);
        append(std::move(held), phase, true);
        rewind();
    }
    // The entry with that id, or none.
    Entry* find(mqtt::PacketId id) {
        const auto value = static_cast<std::uint16_t>(id);
        if (value == 0) return nullptr;
        // Ids run 1..65535 and then from 1 again.
        const std::size_t distance = (value + kIds - id_at(0)) % kIds;
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
            ++front_position_;
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
    const Held& first_unsent() { return entries_[unsent_from_].held; }
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
    static constexpr std::uint32_t kIds = 65'535;
    static constexpr std::uint32_t kIdsInUseMax = 65'000;

    std::uint16_t id_at(std::size_t distance) const {
        return static_cast<std::uint16_t>((front_position_ - 1 + distance) % kIds + 1);
    }
    mqtt::PacketId append(Held held, Phase phase, bool sent_before) {
        if (entries_.empty()) front_position_ = std::max(front_position_, held.position);
        // Positions in between were never sent: expired, too large, gone elsewhere.
        while (next_position() < held.position) entries_.push_back({});
        held.position = next_position();
        const std::uint16_t id = id_at(entries_.size());
        entries_.push_back({std::move(held), phase, sent_before});
        ++live_;
        return mqtt::PacketId{id};
    }
    void skip_done() {
        while (has_unsent() && entries_[unsent_from_].phase == Phase::kDone) ++unsent_from_;
    }

    Ring<Entry> entries_;
    std::size_t unsent_from_ = 0;
    std::uint32_t sent_ = 0;
    std::uint32_t live_ = 0;
    std::uint64_t front_position_ = 1;
};

}  // namespace dray::session
