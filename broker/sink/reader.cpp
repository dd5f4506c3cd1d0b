#include "sink/reader.h"

#include <algorithm>
#include <charconv>

#include "base/assert.h"
#include "base/iso_time.h"
#include "mqtt/encode.h"

namespace dray::sink {

using mqtt::PropertyId;
using mqtt::ReasonCode;

namespace {

constexpr std::uint32_t kNeverExpires = 0xFFFFFFFF;
constexpr mqtt::PacketId kSubscribeId{65'535};
constexpr std::uint16_t kPublishIdMax = 65'534;

std::string with_reason(std::string what, ReasonCode reason, const mqtt::Properties& properties) {
    what += name(reason);
    if (const auto why = properties.text(PropertyId::kReasonString)) what.append(" (").append(*why) += ')';
    return what;
}

}  // namespace

void Reader::fail(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
}

// --- the connection ---

void Reader::opened() {
    mqtt::PropertyList asked;
    asked.add(PropertyId::kSessionExpiryInterval, kNeverExpires);
    asked.add(PropertyId::kReceiveMaximum, options_.unacknowledged_max);
    mqtt::Connect connect;
    connect.clean_start = false;
    connect.client_id = options_.client_id;
    connect.properties = asked.view();
    link_.greet(connect);
}

// How many come at once is limited by Receive Maximum, how long they are together here.
bool Reader::listens() const {
    const bool has_room = bytes_ < kHeldBytesMax || !burials_.empty();
    return fault_.empty() && link_.phase() != bridge::Link::Phase::kClosed && has_room;
}

void Reader::receive(ByteView bytes) {
    link_.take_in(bytes);
    while (fault_.empty()) {
        const bridge::Link::Next next = link_.next(options_.packet_bytes_max);
        if (!next.fault.empty()) fail("what this broker sent is not right: " + next.fault);
        if (!next.packet) return;
        take(*next.packet);
    }
}

void Reader::take(const mqtt::Packet& packet) {
    if (const auto* connack = std::get_if<mqtt::Connack>(&packet)) return take(*connack);
    if (const auto* suback = std::get_if<mqtt::Suback>(&packet)) return take(*suback);
    if (const auto* publish = std::get_if<mqtt::Publish>(&packet)) return take(*publish);
    if (const auto* puback = std::get_if<mqtt::Puback>(&packet)) return take(*puback);
    if (const auto* disconnect = std::get_if<mqtt::Disconnect>(&packet))
        return fail(with_reason("this broker closed: ", disconnect->reason, disconnect->properties));
    fail("this broker sent a packet that was not asked for");
}

void Reader::take(const mqtt::Connack& connack) {
    if (is_failure(connack.reason))
        return fail(with_reason("this broker refuses the connection: ", connack.reason, connack.properties));
    link_.welcome(connack);
    mqtt::Subscribe subscribe{.packet_id = kSubscribeId, .properties = {}, .requests = {}};
    mqtt::SubscriptionOptions options;
    options.qos = mqtt::QoS::kAtLeastOnce;
    subscribe.requests.push_back({options_.filter, options});
    link_.send(subscribe);
}

void Reader::take(const mqtt::Suback& suback) {
    const ReasonCode reason = suback.reasons.empty() ? ReasonCode::kUnspecifiedError : suback.reasons.front();
    if (is_failure(reason))
        return fail(with_reason("this broker refuses the subscription to " + options_.filter + ": ", reason,
                                suback.properties));
    is_subscribed_ = true;
}

void Reader::say_goodbye() {
    if (link_.is_open()) link_.send(mqtt::Disconnect{});
}

void Reader::closed() {
    link_.close();
    is_subscribed_ = false;
    fault_.clear();
    first_ = next_ = newest() + 1;
    held_.clear();
    count_ = given_ = bytes_ = behind_ = 0;
    to_bury_.clear();
    burials_.clear();
}

// --- messages ---

void Reader::take(const mqtt::Publish& publish) {
    Held held;
    held.packet_id = publish.packet_id;
    held.topic = publish.topic;
    held.properties = as_text(publish.properties.wire());
    held.payload = as_text(publish.payload);
    // Behind those of the publisher, who may have used the same names.
    for (const mqtt::Property& property : publish.properties) {
        if (property.id != PropertyId::kUserProperty) continue;
        const std::string_view value = property.value;
        if (property.text == "stream-offset")
            std::from_chars(value.data(), value.data() + value.size(), held.offset);
        if (property.text == "stream-time") held.at = parse_iso_time(value).value_or(held.at);
    }
    behind_ = held.offset + 1;
    ++count_;
    bytes_ += held.weight();
    held_.push_back(std::move(held));
}

Reader::Held* Reader::at(Ticket ticket) {
    if (ticket < first_ || ticket > newest()) return nullptr;
    Held& held = held_[ticket - first_];
    return held.state == State::kDone ? nullptr : &held;
}

Record Reader::record(Ticket ticket, const Held& held) const {
    return {.ticket = ticket,
            .topic = held.topic,
            .payload = as_bytes(held.payload),
            .properties = mqtt::Properties(as_bytes(held.properties)),
            .offset = held.offset,
            .at = held.at};
}

std::optional<Record> Reader::find(Ticket ticket) const {
    if (ticket < first_ || ticket > newest()) return std::nullopt;
    const Held& held = held_[ticket - first_];
    if (held.state == State::kDone) return std::nullopt;
    return record(ticket, held);
}

std::optional<Record> Reader::next() const {
    return next_ > newest() ? std::nullopt : std::optional(record(next_, held_[next_ - first_]));
}

void Reader::skip_to_next() {
    while (next_ <= newest() && held_[next_ - first_].state != State::kWaits) ++next_;
}

bool Reader::give_next() {
    Held& held = held_[next_ - first_];
    DRAY_ASSERT(held.state == State::kWaits);
    held.state = State::kGiven;
    ++given_;
    skip_to_next();
    const bool again = held.offset <= offset_given_;
    offset_given_ = std::max(offset_given_, held.offset);
    return again;
}

Ticket Reader::oldest_given() const {
    const auto found = std::ranges::find(held_, State::kGiven, &Held::state);
    return first_ + static_cast<Ticket>(found - held_.begin());
}

Ticket Reader::newest_given() const {
    Ticket ticket = newest();
    while (held_[ticket - first_].state != State::kGiven) --ticket;
    return ticket;
}

void Reader::acknowledge(Ticket ticket) {
    if (Held* const held = at(ticket)) finish(*held);
}

// Its bytes go at once; its place goes when all before it have gone.
void Reader::finish(Held& held) {
    link_.send(mqtt::Puback{{held.packet_id, ReasonCode::kSuccess, {}}});
    if (held.state == State::kGiven) --given_;
    --count_;
    bytes_ -= held.weight();
    held = Held();
    held.state = State::kDone;
    while (!held_.empty() && held_.front().state == State::kDone) {
        held_.pop_front();
        ++first_;
    }
    next_ = std::max(next_, first_);
    skip_to_next();
}

void Reader::give_back(Ticket ticket) {
    Held* const held = at(ticket);
    if (held == nullptr || held->state != State::kGiven) return;
    held->state = State::kWaits;
    --given_;
    next_ = std::min(next_, ticket);
}

void Reader::take_back() {
    for (Held& held : held_) {
        if (held.state == State::kGiven) held.state = State::kWaits;
    }
    given_ = 0;
    next_ = first_;
    skip_to_next();
}

// --- dead letters ---

void Reader::bury(Ticket ticket, std::string_view why) {
    Held* const held = at(ticket);
    if (held == nullptr || held->state == State::kIsBuried) return;
    if (held->state == State::kGiven) --given_;
    held->state = State::kIsBuried;
    skip_to_next();
    to_bury_.push_back({ticket, std::string(why)});
    go_on_burying();
}

void Reader::go_on_burying() {
    while (!to_bury_.empty() && burials_.size() < kBurialsMax && fault_.empty()) {
        const Burial burial = std::move(to_bury_.front());
        to_bury_.pop_front();
        publish(burial, *at(burial.ticket));
    }
}

void Reader::publish(const Burial& burial, const Held& held) {
    const std::string topic = options_.dead_letter_prefix + held.topic;
    mqtt::PropertyList properties;
    for (const mqtt::Property& property : mqtt::Properties(as_bytes(held.properties))) {
        // A dead letter does not expire.
        if (property.id != PropertyId::kTopicAlias && property.id != PropertyId::kSubscriptionIdentifier &&
            property.id != PropertyId::kMessageExpiryInterval)
            properties.add(property);
    }
    properties.add_user("dead-letter-reason", burial.why);
    properties.add_user("dead-letter-topic", held.topic);
    properties.add_user("dead-letter-sink", options_.sink);
    mqtt::Publish publish;
    publish.qos = mqtt::QoS::kAtLeastOnce;
    publish.topic = topic;
    publish.packet_id = free_packet_id();
    publish.properties = properties.view();
    publish.payload = as_bytes(held.payload);
    const std::size_t bytes_max = std::min(options_.packet_bytes_max, link_.terms().packet_bytes_max);
    if (topic.size() > 0xFFFF || mqtt::encoded_size(publish, mqtt::ProtocolVersion::kV5) > bytes_max)
        return not_buried(burial.ticket, "it is too long for a dead letter");
    burials_[static_cast<std::uint16_t>(publish.packet_id)] = burial;
    link_.send(publish);
}

// As if it were still over there: so give_back() makes it wait again.
void Reader::not_buried(Ticket ticket, const std::string& why) {
    at(ticket)->state = State::kGiven;
    ++given_;
    events_.on_not_buried(ticket, why);
}

mqtt::PacketId Reader::free_packet_id() {
    do {
        last_packet_id_ =
            last_packet_id_ >= kPublishIdMax ? 1 : static_cast<std::uint16_t>(last_packet_id_ + 1);
    } while (burials_.contains(last_packet_id_));
    return mqtt::PacketId{last_packet_id_};
}

void Reader::take(const mqtt::Puback& puback) {
    const auto found = burials_.find(static_cast<std::uint16_t>(puback.packet_id));
    if (found == burials_.end()) return fail("this broker acknowledged what was not sent");
    const Ticket ticket = found->second.ticket;
    burials_.erase(found);
    if (puback.reason == ReasonCode::kNoMatchingSubscribers)
        return not_buried(ticket, "no queue takes " + options_.dead_letter_prefix + '#');
    if (is_failure(puback.reason))
        return not_buried(ticket,
                          with_reason("this broker did not take it: ", puback.reason, puback.properties));
    acknowledge(ticket);
    events_.on_buried(ticket);
    go_on_burying();
}

}  // namespace dray::sink
