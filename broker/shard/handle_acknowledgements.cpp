// PUBACK, PUBREC, PUBREL and PUBCOMP: the second half of QoS 1 and 2, MQTT 3.1.1 and 5.0 section 4.3.
#include "shard/answers.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"
#include "shard/queue_consumers.h"
#include "shard/sources.h"

namespace dray::shard {

namespace {

using session::Inflight;

void complete(Core& core, Link& link, Inflight::Entry& entry, bool refused) {
    settle(core, *link.session, entry.held, refused ? Outcome::kRefused : Outcome::kConsumed);
    link.session->inflight.complete(entry);
    --core.statistics.inflight;
    pump(core, *link.session);
}

}  // namespace

// An acknowledgement of something that is not in flight is ignored: after a resume or an expiry it may well
// come.
void handle_puback(Core& core, Link& link, const mqtt::Acknowledgement& puback) {
    Inflight::Entry* entry = link.session->inflight.find(puback.packet_id);
    if (entry == nullptr || entry->phase != Inflight::Phase::kAwaitsPuback) return;
    complete(core, link, *entry, mqtt::is_failure(puback.reason));
}

void handle_pubrec(Core& core, Link& link, const mqtt::Acknowledgement& pubrec) {
    Inflight::Entry* entry = link.session->inflight.find(pubrec.packet_id);
    if (entry == nullptr || entry->phase == Inflight::Phase::kAwaitsPuback) {
        const auto reason = mqtt::ReasonCode::kPacketIdentifierNotFound;
        return send_short(core, link, mqtt::PacketType::kPubrel, pubrec.packet_id, reason);
    }
    if (mqtt::is_failure(pubrec.reason)) return complete(core, link, *entry, true);
    if (entry->phase == Inflight::Phase::kAwaitsPubcomp) {
        // Again; the first PUBREL may still be waiting.
        if (!may_leave(core, entry->held)) return;
        return send_short(core, link, mqtt::PacketType::kPubrel, pubrec.packet_id,
                          mqtt::ReasonCode::kSuccess);
    }
    // From here on the client has the message; it must not be sent again [MQTT-3.1.1 4.3.3-1],
    // [MQTT-5.0 4.3.3-6].
    const session::Held held = entry->held;
    release(core, *link.session, *entry);
    const SendShort pubrel{link.id, mqtt::PacketType::kPubrel, pubrec.packet_id, mqtt::ReasonCode::kSuccess};
    const Ticket ticket = core.tickets.open(pubrel);
    if (link.session->stored != 0) wait_for_disk(core, ticket);
    if (!is_own(*link.session, held)) consume(core, *link.session, held, ticket);
    confirm(core, ticket);
}

void handle_pubrel(Core& core, Link& link, const mqtt::Acknowledgement& pubrel) {
    const bool known = link.session->incoming.contains(pubrel.packet_id);
    const bool was_kept = forget_incoming(core, *link.session, pubrel.packet_id);
    // PUBREL is always answered: the client may not know that the first answer was lost [MQTT-3.1.1 4.3.3-2].
    const auto reason = known ? mqtt::ReasonCode::kSuccess : mqtt::ReasonCode::kPacketIdentifierNotFound;
    const SendShort pubcomp{link.id, mqtt::PacketType::kPubcomp, pubrel.packet_id, reason};
    was_kept ? when_durable(core, pubcomp) : send_short(core, link, pubcomp);
}

void handle_pubcomp(Core& core, Link& link, const mqtt::Acknowledgement& pubcomp) {
    Inflight::Entry* entry = link.session->inflight.find(pubcomp.packet_id);
    if (entry == nullptr || entry->phase != Inflight::Phase::kAwaitsPubcomp) return;
    complete(core, link, *entry, false);
}

}  // namespace dray::shard
