#include "client.h"

#include <algorithm>
#include <charconv>

#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "mqtt/topic.h"
#include "shard/stream_filter.h"

namespace dray::sim {

namespace {

using mqtt::PacketId;
using mqtt::PropertyId;
using mqtt::QoS;

constexpr std::size_t kPacketBytesMax = 1 << 20;
constexpr int kIds = 30;  // few, often used again

std::string_view user_property(const mqtt::Publish& publish, std::string_view name) {
    for (const mqtt::Property& each : publish.properties) {
        if (each.id == PropertyId::kUserProperty && each.text == name) return each.value;
    }
    return {};
}

template <typename Number>
Number number_in(std::string_view payload) {
    Number number = 0;
    std::from_chars(payload.data(), payload.data() + payload.size(), number);
    return number;
}

}  // namespace

void Client::send(const mqtt::Packet& packet) {
    if (wire_ == nullptr || wire_->ends_at_broker) return;
    mqtt::encode(packet, character_.version, wire_->to_broker);
}

void Client::connect() {
    if (wire_ != nullptr) {
        wire_->client = nullptr;
        forget_connection();
    }
    wire_ = &common_.network.open(*this, character_.id);
    mqtt::Connect packet;
    packet.version = character_.version;
    packet.client_id = character_.id;
    packet.clean_start = !character_.lasts;
    mqtt::PropertyList properties;
    if (character_.version == mqtt::ProtocolVersion::kV5) {
        if (character_.lasts) properties.add(PropertyId::kSessionExpiryInterval, 0xFFFFFFFF);
        if (character_.receive_maximum > 0)
            properties.add(PropertyId::kReceiveMaximum, character_.receive_maximum);
        if (character_.alias_maximum > 0)
            properties.add(PropertyId::kTopicAliasMaximum, character_.alias_maximum);
        packet.properties = properties.view();
    }
    const Character::Topic will_topic{"will/" + character_.id, static_cast<int>(common_.chance.below(3)),
                                      false, 0};
    std::string payload;
    if (character_.has_will) {
        const Message& will = new_message(will_topic, true);
        payload = payload_of(will);
        packet.will = mqtt::Will{will.topic, as_bytes(payload), will.qos, false, {}};
    }
    if (!character_.lasts) end_session();  // a new one begins
    send(packet);
}

Message& Client::new_message(const Character::Topic& topic, bool is_will) {
    Message& message = common_.messages.emplace_back();
    message.number = static_cast<std::uint32_t>(common_.messages.size());
    message.publisher = character_.id;
    message.topic = topic.name;
    message.qos = static_cast<QoS>(topic.qos);
    message.retain = topic.retain && common_.chance.below(3) == 0;
    message.is_empty = message.retain && common_.chance.below(5) == 0;
    message.is_will = is_will;
    message.delay_s = topic.delay_s;
    if (topic.delay_s > 0) message.due = common_.now + std::chrono::seconds(topic.delay_s);
    return message;
}

std::string Client::payload_of(const Message& message) const {
    if (message.is_empty) return {};
    // Its size follows from the number: the same whenever it is sent.
    const std::size_t padding = message.number % 7 == 0 ? message.number % 400 : message.number % 20;
    return std::to_string(message.number) + std::string(padding, 'x');
}

void Client::publish() {
    if (!is_connected_ || character_.topics.empty()) return;
    const Character::Topic& topic = character_.topics[common_.chance.below(character_.topics.size())];
    if (topic.qos > 0 && outgoing_.size() >= std::min<std::size_t>(send_quota_, kIds / 2)) return;
    Message& message = new_message(topic, false);
    if (character_.version == mqtt::ProtocolVersion::kV5 && common_.chance.below(8) == 0) {
        message.expires_at = common_.now + std::chrono::seconds(1 + common_.chance.below(20));
    }
    Outgoing outgoing;
    outgoing.number = message.number;
    if (topic.qos > 0) outgoing.id = free_id();
    common_.laws.tell(&Law::sent, message);
    send(outgoing);
    if (topic.qos > 0) outgoing_.push_back(outgoing);
}

PacketId Client::free_id() {
    const auto is_used = [this](PacketId id) { return find(id) != outgoing_.end() || pending_.contains(id); };
    do {
        next_id_ = next_id_ % kIds + 1;
    } while (is_used(PacketId(next_id_)));
    return PacketId(next_id_);
}

void Client::send(const Outgoing& outgoing) {
    if (outgoing.is_released) return send(mqtt::Pubrel{{outgoing.id, mqtt::ReasonCode::kSuccess, {}}});
    Message& what = message(outgoing.number);
    if (outgoing.was_sent) {
        what.was_repeated = true;
        common_.laws.tell(&Law::sent_again, what);
    }
    const std::string payload = payload_of(what);
    mqtt::PropertyList properties;
    if (what.expires_at != kNever) {
        const std::int64_t left = std::max<std::int64_t>((what.expires_at - common_.now).count() / 1000, 1);
        properties.add(PropertyId::kMessageExpiryInterval, static_cast<std::uint32_t>(left));
        what.expires_at = std::min(what.expires_at, common_.now + std::chrono::seconds(left));
    }
    const std::string delayed = "$delayed/" + std::to_string(what.delay_s) + "/" + what.topic;
    mqtt::Publish packet;
    packet.topic = what.delay_s > 0 ? delayed : what.topic;
    packet.qos = what.qos;
    packet.retain = what.retain;
    packet.dup = outgoing.was_sent;
    packet.packet_id = outgoing.id;
    packet.payload = as_bytes(payload);
    packet.properties = properties.view();
    send(packet);
}

Subscription Client::subscription(std::size_t wish) const {
    const Character::Wish& wanted = character_.wishes[wish];
    const auto shared = mqtt::parse_shared(wanted.filter);
    return {character_.id, std::string(shared ? shared->filter : wanted.filter),
            std::string(shared ? shared->group : std::string_view()), wanted.options, character_.lasts};
}

void Client::subscribe() {
    if (!is_connected_ || pending_.size() > 3) return;
    for (std::size_t wish = 0; wish < character_.wishes.size(); ++wish) {
        const auto is_pending = [wish](const auto& each) { return each.second.wish == wish; };
        if (confirmed_.contains(wish) || refused_.contains(wish) || std::ranges::any_of(pending_, is_pending))
            continue;
        const PacketId id = free_id();
        pending_[id] = {Wishing::kSubscribe, wish};
        common_.laws.tell(&Law::asked, subscription(wish));
        const Character::Wish& wanted = character_.wishes[wish];
        return send(mqtt::Subscribe{id, {}, {{wanted.filter, wanted.options}}});
    }
}

void Client::unsubscribe() {
    if (!is_connected_ || pending_.size() > 3) return;
    for (const std::size_t wish : confirmed_) {
        if (character_.wishes[wish].is_constant) continue;
        const PacketId id = free_id();
        pending_[id] = {Wishing::kUnsubscribe, wish};
        common_.laws.tell(&Law::unsubscribed, subscription(wish));
        send(mqtt::Unsubscribe{id, {}, {character_.wishes[wish].filter}});
        confirmed_.erase(wish);
        return;
    }
}

void Client::answer(std::size_t count) {
    for (; count > 0 && !answers_.empty(); --count) {
        const Answer answer = std::move(answers_.front());
        answers_.pop_front();
        if (const auto* puback = std::get_if<mqtt::Puback>(&answer.packet))
            unacknowledged_.erase(puback->packet_id);
        if (const auto* pubcomp = std::get_if<mqtt::Pubcomp>(&answer.packet))
            unacknowledged_.erase(pubcomp->packet_id);
        if (const auto* pubrec = std::get_if<mqtt::Pubrec>(&answer.packet)) {
            if (answer.is_refusal) unacknowledged_.erase(pubrec->packet_id);
            if (answer.number > 0 && !answer.is_refusal) received_[pubrec->packet_id] = answer.number;
        }
        send(answer.packet);
        const bool may_arrive = wire_->is_at_broker && !wire_->ends_at_broker;
        if (answer.number > 0 && may_arrive)
            common_.laws.tell(&Law::acknowledged, settled(answer.number, answer.is_refusal));
    }
}

void Client::rest(bool on) {
    if (wire_ != nullptr) wire_->is_reading = !on;
}

void Client::disconnect() {
    if (!is_connected_) return;
    send(mqtt::Disconnect{});
    wire_->said_goodbye = true;
    common_.network.hang_up(*wire_);
    forget_connection();
    if (!character_.lasts) end_session();
}

void Client::lose_connection() {
    if (wire_ == nullptr) return;
    common_.network.cut(*wire_);
    common_.laws.tell(&Law::disconnected, character_.id);
}

void Client::settle() {
    is_settling_ = true;
    if (wire_ == nullptr) connect();
    rest(false);
    subscribe();
    answer(answers_.size());
}

std::string Client::awaited() const {
    std::string text;
    if (!is_connected_) text += "CONNACK ";
    if (!outgoing_.empty()) text += std::to_string(outgoing_.size()) + " acknowledgements ";
    if (!pending_.empty()) text += "SUBACK or UNSUBACK ";
    if (confirmed_.size() + refused_.size() < character_.wishes.size()) text += "subscriptions ";
    if (!unreleased_.empty()) text += std::to_string(unreleased_.size()) + " PUBREL ";
    return text.empty() ? text : character_.id + ": " + text;
}

void Client::forget_connection() {
    common_.laws.tell(&Law::disconnected, character_.id);
    wire_ = nullptr;
    is_connected_ = false;
    input_.clear();
    answers_.clear();
    unacknowledged_.clear();
    received_.clear();
    pending_.clear();
    aliases_.clear();
    send_quota_ = 20;
    for (Outgoing& outgoing : outgoing_) outgoing.was_sent = true;
}

void Client::connection_ended() {
    forget_connection();
    if (!character_.lasts) end_session();
}

void Client::end_session() {
    common_.laws.tell(&Law::session_ended, character_.id);
    ++session_;
    has_session_ = false;
    outgoing_.clear();
    unreleased_.clear();
    confirmed_.clear();
    refused_.clear();
}

void Client::receive(std::string_view bytes) {
    input_ += bytes;
    while (wire_ != nullptr) {
        const mqtt::FrameResult next =
            mqtt::next_frame(as_bytes(input_), kPacketBytesMax, character_.version);
        if (next.status == mqtt::FrameStatus::kNeedMore) return;
        if (next.status == mqtt::FrameStatus::kBad) return misspoke("bytes that are no packet");
        const std::string whole = input_.substr(0, next.frame.size);
        input_.erase(0, next.frame.size);
        const auto packet = mqtt::decode(
            mqtt::next_frame(as_bytes(whole), kPacketBytesMax, character_.version).frame, character_.version);
        if (packet.has_error()) return misspoke(packet.error().what);
        handle(*packet);
    }
}

void Client::handle(const mqtt::Packet& packet) {
    if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) return handle_connack(*connack);
    if (std::holds_alternative<mqtt::Disconnect>(packet)) return;
    if (!is_connected_) return misspoke("a packet before CONNACK");
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) return handle_publish(*publish);
    if (const auto* puback = std::get_if<mqtt::Puback>(&packet)) return handle_puback(*puback);
    if (const auto* pubrec = std::get_if<mqtt::Pubrec>(&packet)) return handle_pubrec(*pubrec);
    if (const auto* pubcomp = std::get_if<mqtt::Pubcomp>(&packet)) return handle_pubcomp(*pubcomp);
    if (const auto* suback = std::get_if<mqtt::Suback>(&packet)) return handle_suback(*suback);
    if (const auto* unsuback = std::get_if<mqtt::Unsuback>(&packet)) return handle_unsuback(*unsuback);
    if (const auto* pubrel = std::get_if<mqtt::Pubrel>(&packet)) {
        unreleased_.erase(pubrel->packet_id);
        unacknowledged_.insert(pubrel->packet_id);  // sent again on this connection it counts, too
        if (const auto received = received_.extract(pubrel->packet_id))
            common_.laws.tell(&Law::released, settled(received.mapped(), false));
        answers_.push_back({mqtt::Pubcomp{{pubrel->packet_id, mqtt::ReasonCode::kSuccess, {}}}, 0, false});
    }
}

void Client::handle_connack(const mqtt::Connack& connack) {
    if (is_connected_) return misspoke("a second CONNACK");
    if (mqtt::is_failure(connack.reason)) return;
    is_connected_ = true;
    if (character_.lasts && has_session_ && !connack.session_present) {
        misspoke("its session is gone");
        end_session();
    }
    has_session_ = true;
    common_.laws.tell(&Law::connected, character_.id);
    send_quota_ = connack.properties.integer(PropertyId::kReceiveMaximum).value_or(20);
    for (const Outgoing& outgoing : outgoing_) send(outgoing);
}

void Client::handle_publish(const mqtt::Publish& publish) {
    std::string_view topic = publish.topic;
    if (const auto alias = publish.properties.integer(PropertyId::kTopicAlias)) {
        if (!topic.empty()) aliases_[*alias] = topic;
        topic = aliases_[*alias];
        if (*alias > character_.alias_maximum || topic.empty()) return misspoke("a wrong topic alias");
    }
    if (publish.qos == QoS::kAtMostOnce) {
        arrive(publish, topic);
        return;
    }
    unacknowledged_.insert(publish.packet_id);
    publish.qos == QoS::kAtLeastOnce ? accept_qos1(publish, topic) : accept_qos2(publish, topic);
}

bool Client::wants_to_refuse() {
    return character_.refuses && !is_settling_ && common_.chance.below(4) == 0;
}

void Client::accept_qos1(const mqtt::Publish& publish, std::string_view topic) {
    const std::uint32_t number = arrive(publish, topic);
    const bool is_refusal = wants_to_refuse();
    const auto reason = is_refusal ? mqtt::ReasonCode::kUnspecifiedError : mqtt::ReasonCode::kSuccess;
    answers_.push_back({mqtt::Puback{{publish.packet_id, reason, {}}}, number, is_refusal});
}

void Client::accept_qos2(const mqtt::Publish& publish, std::string_view topic) {
    // The id is what tells it from a new one [MQTT-3.1.1 4.3.3-2].
    const bool is_new = !unreleased_.contains(publish.packet_id);
    const std::uint32_t number = is_new ? arrive(publish, topic) : 0;
    const bool is_refusal = is_new && wants_to_refuse();
    if (!is_refusal) unreleased_.insert(publish.packet_id);
    const auto reason = is_refusal ? mqtt::ReasonCode::kUnspecifiedError : mqtt::ReasonCode::kSuccess;
    answers_.push_back({mqtt::Pubrec{{publish.packet_id, reason, {}}}, number, is_refusal});
}

Settled Client::settled(std::uint32_t number, bool is_refused) {
    return {message(number), character_.id, character_.queue, is_refused};
}

std::size_t Client::window() const {
    const std::size_t own = character_.receive_maximum > 0 ? character_.receive_maximum : 65'535U;
    return std::min(own, common_.inflight_messages_max);
}

std::uint32_t Client::arrive(const mqtt::Publish& publish, std::string_view topic) {
    if (publish.payload.empty()) return 0;  // a retained message is forgotten; which one does not show
    const auto number = number_in<std::uint32_t>(as_text(publish.payload));
    if (number < 1 || number > common_.messages.size()) {
        misspoke("a message that nobody has sent");
        return 0;
    }
    const Message& what = message(number);
    if (what.topic != topic || as_text(publish.payload) != payload_of(what))
        misspoke("another " + std::to_string(number) + " than was sent");
    common_.laws.tell(&Law::arrived,
                      Arrival{what, character_.id, session_, character_.group, publish.qos, publish.retain,
                              unacknowledged_.size(), window(), character_.queue,
                              std::string(user_property(publish, "dead-letter-queue")),
                              number_in<std::uint64_t>(user_property(publish, shard::kStreamOffset)),
                              common_.now, !wire_->is_at_broker});
    return number;
}

std::deque<Client::Outgoing>::iterator Client::find(PacketId id) {
    return std::ranges::find(outgoing_, id, &Outgoing::id);
}

void Client::answered(std::uint32_t number, mqtt::ReasonCode reason) {
    Message& what = message(number);
    if (what.fate != Message::Fate::kOpen) return;
    what.fate = mqtt::is_failure(reason) ? Message::Fate::kRefused : Message::Fate::kAccepted;
    common_.laws.tell(&Law::answered, what);
}

void Client::handle_puback(const mqtt::Acknowledgement& puback) {
    const auto outgoing = find(puback.packet_id);
    if (outgoing == outgoing_.end()) return;
    answered(outgoing->number, puback.reason);
    outgoing_.erase(outgoing);
}

void Client::handle_pubrec(const mqtt::Acknowledgement& pubrec) {
    const auto outgoing = find(pubrec.packet_id);
    if (outgoing == outgoing_.end()) return;
    answered(outgoing->number, pubrec.reason);
    if (mqtt::is_failure(pubrec.reason)) {
        outgoing_.erase(outgoing);
        return;
    }
    outgoing->is_released = true;
    send(*outgoing);
}

void Client::handle_pubcomp(const mqtt::Acknowledgement& pubcomp) {
    const auto outgoing = find(pubcomp.packet_id);
    if (outgoing != outgoing_.end() && outgoing->is_released) outgoing_.erase(outgoing);
}

void Client::handle_suback(const mqtt::Suback& suback) {
    const auto pending = pending_.find(suback.packet_id);
    if (pending == pending_.end() || pending->second.what != Wishing::kSubscribe)
        return misspoke("SUBACK for no SUBSCRIBE");
    const std::size_t wish = pending->second.wish;
    pending_.erase(pending);
    if (mqtt::is_failure(suback.reasons.at(0))) {
        refused_.insert(wish);
        return;
    }
    confirmed_.insert(wish);
    common_.laws.tell(&Law::subscribed, subscription(wish));
}

void Client::handle_unsuback(const mqtt::Unsuback& unsuback) {
    const auto pending = pending_.find(unsuback.packet_id);
    if (pending == pending_.end() || pending->second.what != Wishing::kUnsubscribe)
        return misspoke("UNSUBACK for no UNSUBSCRIBE");
    pending_.erase(pending);
}

}  // namespace dray::sim
