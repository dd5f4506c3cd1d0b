#include "device.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "words.h"

namespace dray::test {

void Device::run() {
    if (!client().is_connected()) asked_ = is_connected_ = false;
    if (!asked_) {
        client().takes_all();  // of the last connection, if anything
        client().says(connect_again(name_, version_));
        asked_ = true;
        return;
    }
    for (const mqtt::Packet& packet : client().takes_all()) {
        if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) {
            ASSERT_EQ(connack->reason, ReasonCode::kSuccess);
            ASSERT_FALSE(is_connected_);
            EXPECT_TRUE(connack->session_present || !had_session_) << name_ << " lost its session";
            had_session_ = is_connected_ = true;
            connected();
        } else {
            ASSERT_TRUE(is_connected_) << "a packet before CONNACK";
            received(packet);
        }
    }
}

void Device::drop() {
    // What has arrived was received: the client reads it although the connection is gone.
    if (client().is_connected()) {
        run();
        client().drops();
    }
    asked_ = is_connected_ = false;
}

void PublishingDevice::publish(int qos, bool retain) {
    if (!is_connected() || outgoing_.size() >= 20) return;
    Outgoing outgoing;
    outgoing.number = ++last_;
    outgoing.qos = qos;
    outgoing.retain = retain;
    outgoing.payload = std::to_string(outgoing.number);
    while (find(mqtt::PacketId(next_id_)) != nullptr) next_id_ = next_id_ % 30 + 1;
    outgoing.id = next_id_;
    next_id_ = next_id_ % 30 + 1;  // few ids, often used again
    qos_of_[last_] = qos;
    if (retain) last_retained_ = last_;
    outgoing_.push_back(outgoing);
    send(outgoing_.back(), false);
}

void PublishingDevice::send(const Outgoing& outgoing, bool dup) {
    mqtt::Publish packet = test::publish(topic_, outgoing.payload, outgoing.qos, outgoing.id);
    packet.dup = dup;
    packet.retain = outgoing.retain;
    client().says(packet);
}

void PublishingDevice::connected() {
    for (const Outgoing& outgoing : outgoing_) {
        if (outgoing.released) {
            client().says(pubrel(outgoing.id));
        } else {
            send(outgoing, true);
        }
    }
}

PublishingDevice::Outgoing* PublishingDevice::find(mqtt::PacketId id) {
    const auto found = std::ranges::find(outgoing_, static_cast<int>(id), &Outgoing::id);
    return found == outgoing_.end() ? nullptr : &*found;
}

void PublishingDevice::remove(mqtt::PacketId id) {
    std::erase_if(outgoing_, [id](const Outgoing& each) { return each.id == static_cast<int>(id); });
}

void PublishingDevice::received(const mqtt::Packet& packet) {
    if (const auto* puback = std::get_if<mqtt::Puback>(&packet)) {
        const Outgoing* outgoing = find(puback->packet_id);
        if (outgoing != nullptr && mqtt::is_failure(puback->reason)) refused_.insert(outgoing->number);
        remove(puback->packet_id);
    } else if (const auto* pubrec = std::get_if<mqtt::Pubrec>(&packet)) {
        Outgoing* outgoing = find(pubrec->packet_id);
        if (outgoing == nullptr || outgoing->qos != 2) return;
        if (mqtt::is_failure(pubrec->reason)) {
            refused_.insert(outgoing->number);
            return remove(pubrec->packet_id);
        }
        outgoing->released = true;
        client().says(pubrel(outgoing->id));
    } else if (const auto* pubcomp = std::get_if<mqtt::Pubcomp>(&packet)) {
        const Outgoing* outgoing = find(pubcomp->packet_id);
        if (outgoing != nullptr && outgoing->released) remove(pubcomp->packet_id);
    }
}

void SubscribingDevice::connected() {
    if (!is_subscribed_) client().says(subscribe(1, filter_, qos_));
}

void SubscribingDevice::receive(const mqtt::Publish& publish) {
    arrivals_.push_back({std::string(publish.topic), std::stoi(std::string(as_text(publish.payload)))});
}

void SubscribingDevice::received(const mqtt::Packet& packet) {
    if (std::holds_alternative<mqtt::Suback>(packet)) {
        is_subscribed_ = true;
    } else if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) {
        const int id = static_cast<int>(publish->packet_id);
        if (publish->qos == QoS::kExactlyOnce) {
            // The id is what tells it from a new one [MQTT-3.1.1 4.3.3-2].
            if (unreleased_.insert(publish->packet_id).second) receive(*publish);
            client().says(pubrec(id));
        } else {
            receive(*publish);
            if (publish->qos == QoS::kAtLeastOnce) client().says(puback(id));
        }
    } else if (const auto* released = std::get_if<mqtt::Pubrel>(&packet)) {
        unreleased_.erase(released->packet_id);
        client().says(pubcomp(static_cast<int>(released->packet_id)));
    }
}

}  // namespace dray::test
