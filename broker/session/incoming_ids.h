// Packet ids of QoS 2 messages that a client has published and not yet released: a second PUBLISH with one of
// them is the same message again, MQTT 3.1.1 and 5.0 section 4.3.3. A sorted array: the window is small.
#pragma once

#include <algorithm>
#include <vector>

#include "mqtt/packet.h"

namespace dray::session {

class IncomingIds {
  public:
    bool contains(mqtt::PacketId id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }
    void insert(mqtt::PacketId id) { ids_.insert(std::upper_bound(ids_.begin(), ids_.end(), id), id); }
    // Whether it was there.
    bool erase(mqtt::PacketId id) {
        const auto at = std::lower_bound(ids_.begin(), ids_.end(), id);
        if (at == ids_.end() || *at != id) return false;
        ids_.erase(at);
        return true;
    }
    std::size_t size() const { return ids_.size(); }

  private:
    std::vector<mqtt::PacketId> ids_;
};

}  // namespace dray::session
