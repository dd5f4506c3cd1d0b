#include "shard/ack_durability.h"

#include "mqtt/user_property.h"
#include "shard/core.h"

namespace dray::shard {

bool asks_for_durability(const mqtt::Connect& connect) {
    return mqtt::user_property(connect.properties, "ack-durability") == "1";
}

bool tells_durability(const mqtt::Packet& packet) {
    if (const auto* puback = std::get_if<mqtt::Puback>(&packet)) return !mqtt::is_failure(puback->reason);
    if (const auto* pubrec = std::get_if<mqtt::Pubrec>(&packet)) return !mqtt::is_failure(pubrec->reason);
    if (const auto* pubcomp = std::get_if<mqtt::Pubcomp>(&packet)) return !mqtt::is_failure(pubcomp->reason);
    return std::holds_alternative<mqtt::Suback>(packet) || std::holds_alternative<mqtt::Unsuback>(packet);
}

void add_durability(const Core& core, mqtt::PropertyList& list) {
    list.add_user("durability", core.store.durability());
    if (core.store.keeps()) list.add_user("position", std::to_string(core.store.safe_position()));
}

}  // namespace dray::shard
