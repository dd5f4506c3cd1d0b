// Packet ids of QoS 2 messages that a client has published and not yet released: a second PUBLISH with one of
// them is the same message again, MQTT 3.1.1 and 5.0 section 4.3.3. A sorted array: the window is small.
#pragma once

#include <algorithm>
#include <vector>

#include "mqtt/packet.h"

namespace dray::session {

class IncomingIds {
  public:
    struct Entry {
        mqtt::PacketId id{};
        bool is_kept = false;         // it is (being) written to the store ...
        std::uint64_t waits_for = 0;  // ... by this commit, before which it may not be acknowledged
    };
    // nullptr if it is not there; valid until the next change.
    Entry* find(mqtt::PacketId id) {
        const auto at = lower_bound(id);
        return at == entries_.end() || at->id != id ? nullptr : &*at;
    }
    bool contains(mqtt::PacketId id) { return find(id) != nullptr; }
    Entry& insert(mqtt::PacketId id) { return *entries_.insert(lower_bound(id), Entry{id}); }
    // Whether it was there.
    bool erase(mqtt::PacketId id) {
        const Entry* entry = find(id);
        if (entry == nullptr) return false;
        entries_.erase(entries_.begin() + (entry - entries_.data()));
        return true;
    }
    std::size_t size() const { return entries_.size(); }
    template <typename Visit>
    void for_each(Visit visit) const {
        for (const Entry& entry : entries_) visit(entry);
    }

  private:
    std::vector<Entry>::iterator lower_bound(mqtt::PacketId id) {
        return std::lower_bound(entries_.begin(), entries_.end(), id,
                                [](const Entry& entry, mqtt::PacketId value) { return entry.id < value; });
    }
    std::vector<Entry> entries_;
};

}  // namespace dray::session
