#include "shard/parking.h"

#include "shard/core.h"
#include "shard/handlers.h"
#include "shard/pressure.h"

namespace dray::shard {

namespace {

void release_parked(Core& core, Link& link) {
    for (std::size_t left = link.parked.size(); left > 0; --left) {
        Parked parked = link.parked.pop_front();
        if (why_gate_is_closed(core, parked.message->topic()) != nullptr) {
            link.parked.push_back(std::move(parked));
            continue;
        }
        --core.parking.messages;
        core.parking.bytes -= parked.message->weight();
        accept_parked(core, link, parked);
    }
}

}  // namespace

const char* why_gate_is_closed(Core& core, std::string_view topic) {
    if (core.pressure >= kPressureRefuses) return "the broker holds as much as it may";
    if (core.full_queues.is_empty()) return nullptr;
    return core.full_queues.take(topic, core.match) ? "a queue that takes it is full" : nullptr;
}

bool park(Core& core, Link& link, Parked parked) {
    Parking& parking = core.parking;
    const std::uint64_t bytes = parking.bytes + parked.message->weight();
    if (link.parked.size() >= core.limits().parked_messages_max || bytes > core.limits().parked_bytes_max)
        return false;
    if (link.parked.empty()) {
        link.parked_since = ++parking.last;
        parking.links.emplace(link.parked_since, link.id);
    }
    ++parking.messages;
    parking.bytes = bytes;
    link.parked.push_back(std::move(parked));
    return true;
}

bool is_parked(const Link& link, mqtt::PacketId packet_id) {
    for (std::size_t i = 0; i < link.parked.size(); ++i) {
        if (link.parked[i].packet_id == packet_id) return true;
    }
    return false;
}

void forget_parked(Core& core, Link& link) {
    if (link.parked.empty()) return;
    core.parking.links.erase(link.parked_since);
    core.parking.messages -= link.parked.size();
    while (!link.parked.empty()) core.parking.bytes -= link.parked.pop_front().message->weight();
}

void gate_has_changed(Core& core, std::string_view queue, bool is_open) {
    if (is_open && !core.parking.links.empty()) core.parking.opened.emplace(queue);
    if (!is_open) core.parking.opened.erase(std::string(queue));
}

void release_parked(Core& core) {
    Parking& parking = core.parking;
    if (parking.opened.empty()) return;
    for (auto at = parking.links.begin(); at != parking.links.end() && !parking.opened.empty();) {
        Link& link = *core.links.find(at->second);
        release_parked(core, link);
        at = link.parked.empty() ? parking.links.erase(at) : std::next(at);
    }
    parking.opened.clear();
}

}  // namespace dray::shard
