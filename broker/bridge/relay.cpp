#include "bridge/relay.h"

#include <algorithm>

#include "base/assert.h"
#include "bridge/path.h"
#include "mqtt/encode.h"

namespace dray::bridge {

using mqtt::PropertyId;
using mqtt::QoS;
using mqtt::ReasonCode;

namespace {

constexpr std::uint32_t kNeverExpires = 0xFFFFFFFF;
constexpr std::uint32_t kPacketIds = 65'535;
// The last that a session comes to: the least likely to be that of a message.
constexpr mqtt::PacketId kSubscribeId{65'535};

std::string words(Side side) {
    return side == Side::kLocal ? "this broker" : "the other broker";
}

// Without what means something between two parties only [MQTT-5.0 3.3.2.3].
mqtt::PropertyList carried(const mqtt::Properties& properties) {
    mqtt::PropertyList list;
    for (const mqtt::Property& property : properties) {
        if (property.id != PropertyId::kTopicAlias && property.id != PropertyId::kSubscriptionIdentifier)
            list.add(property);
    }
    return list;
}

// For now: what was not taken may be taken later, and has to wait in its session.
bool is_for_now(ReasonCode reason) {
    return reason == ReasonCode::kQuotaExceeded;
}

}  // namespace

Relay::Relay(RelayOptions options, Figures& figures, RelayEvents& events)
    : options_(std::move(options)),
      figures_(figures),
      events_(events),
      topics_{TopicMap(options_.topics, Side::kLocal), TopicMap(options_.topics, Side::kRemote)} {}

void Relay::fail(std::string why) {
    if (fault_.empty()) fault_ = std::move(why);
}

void Relay::refused_by(Side side, const char* what, ReasonCode reason, const mqtt::Properties& properties) {
    std::string text = words(side) + what + std::string(name(reason));
    if (const auto why = properties.text(PropertyId::kReasonString)) text.append(" (").append(*why) += ')';
    if (const auto server = properties.text(PropertyId::kServerReference))
        text.append("; it names ").append(*server);
    fail(std::move(text));
}

std::string_view Relay::site(Side side) const {
    const std::string& name = side == Side::kLocal ? options_.site : options_.remote_site;
    return name.empty() ? kNameless : name;
}

// --- to and fro ---

void Relay::opened(Side side, Instant now) {
    now_ = now;
    mqtt::PropertyList asked;
    mqtt::Connect connect;
    connect.clean_start = false;
    asked.add(PropertyId::kSessionExpiryInterval, kNeverExpires);
    if (side == Side::kRemote) {
        deadline_ = now + kSetupWait;
        heard_ = now;
        connect.version = options_.remote_version;
        connect.client_id = options_.client_id;
        connect.keep_alive_s = options_.keep_alive_s;
        if (!options_.user.empty()) connect.user_name = options_.user;
        if (!options_.password.empty()) connect.password = as_bytes(options_.password);
        asked.add(PropertyId::kReceiveMaximum, options_.local_receive_max);
        asked.add(PropertyId::kMaximumPacketSize, options_.local_packet_bytes_max);
    } else {
        connect.client_id = options_.local_client_id;
        asked.add(PropertyId::kReceiveMaximum, remote_receive_max());
    }
    connect.properties = asked.view();
    link(side).greet(connect, connect.version == mqtt::ProtocolVersion::kV5 ? Claim::kClient : claim_);
}

// Before 5.0 what was granted is a guess, and who says more knows better.
std::uint16_t Relay::remote_receive_max() const {
    const std::uint16_t granted = remote().terms().receive_max;
    const std::uint16_t wanted = options_.remote_unacknowledged_max;
    if (wanted == 0) return granted;
    return options_.remote_version == mqtt::ProtocolVersion::kV5 ? std::min(granted, wanted) : wanted;
}

// Until both are open, CONNACK is all that is wanted; and nothing has a way while the other side's ids are
// being released, or while it takes too little.
bool Relay::listens(Side side) const {
    if (!fault_.empty() || link(side).phase() == Link::Phase::kClosed) return false;
    if (!link(side).is_open()) return true;
    const Side to = other(side);
    return link(to).is_open() && !ids_are_stale_[static_cast<std::size_t>(to)] &&
           output(to).size() < kOutputBytesMax;
}

void Relay::receive(Side side, ByteView bytes, Instant now) {
    now_ = now;
    if (side == Side::kRemote) heard_ = now;
    link(side).take_in(bytes);
    work();
}

void Relay::sent(Side side, std::size_t bytes, Instant now) {
    now_ = now;
    link(side).sent(bytes);
    work();
}

// One side's packet may be what the other waited for.
void Relay::work() {
    bool has_worked = true;
    while (has_worked) {
        has_worked = false;
        for (const Side side : {Side::kLocal, Side::kRemote}) {
            while (listens(side) && take_one(side)) has_worked = true;
        }
    }
}

bool Relay::take_one(Side side) {
    const Link::Next next = link(side).next(options_.local_packet_bytes_max);
    if (!next.fault.empty()) fail("what " + words(side) + " sent is not right: " + next.fault);
    if (!next.packet) return false;
    const bool is_first = std::holds_alternative<mqtt::Connack>(*next.packet);
    if (is_first == link(side).is_open()) {
        fail(words(side) + (is_first ? " sent a second CONNACK" : " did not begin with CONNACK"));
        return false;
    }
    std::visit([&](const auto& packet) { take(side, packet); }, *next.packet);
    return true;
}

template <typename Other>
void Relay::take(Side from, const Other&) {
    fail(words(from) + " sent a packet that is not a broker's to send");
}

void Relay::tick(Instant now) {
    now_ = now;
    if (now < deadline_) return;
    if (!is_up_)
        return fail(words(remote().is_open() ? Side::kLocal : Side::kRemote) + " did not answer in time");
    const std::chrono::seconds keep_alive(remote().terms().keep_alive_s.value_or(options_.keep_alive_s));
    if (keep_alive == keep_alive.zero()) return void(deadline_ = kNever);
    if (!listens(Side::kRemote)) heard_ = now;  // it is we who do not hear
    if (now - heard_ > keep_alive * 3 / 2) return fail(words(Side::kRemote) + " is silent");
    link(Side::kRemote).send(mqtt::Pingreq{});
    deadline_ = now + keep_alive / 2;
}

void Relay::say_goodbye() {
    for (Link& each : links_) {
        if (each.is_open()) each.send(mqtt::Disconnect{});
    }
}

void Relay::closed() {
    for (Link& each : links_) each.close();
    releases_due_ = 0;
    subacks_due_ = 0;
    is_up_ = false;
    fault_.clear();
    deadline_ = kNever;
}

// --- coming up ---

void Relay::take(Side from, const mqtt::Connack& connack) {
    if (is_failure(connack.reason)) {
        refused_by(from, " refuses the connection: ", connack.reason, connack.properties);
        if (from == Side::kRemote) give_up_claim(connack);
        return;
    }
    link(from).welcome(connack);
    if (from == Side::kRemote && !connack.session_present) is_subscribed_there_ = false;
    if (from == Side::kLocal) both_open();
}

// A level that a broker does not know it refuses as such [MQTT-3.1.1 3.1.2-2].
void Relay::give_up_claim(const mqtt::Connack& connack) {
    const bool is_claim_unknown = options_.remote_version != mqtt::ProtocolVersion::kV5 &&
                                  claim_ == Claim::kBridge &&
                                  connack.reason == ReasonCode::kUnsupportedProtocolVersion;
    if (!is_claim_unknown) return;
    if (const auto echo = find_echo(options_.topics)) {
        fault_ =
            "the other broker, which does not know bridges before MQTT 5.0, would give back what it is "
            "given: '" +
            *echo + "' may go one way only";
        return;
    }
    claim_ = Claim::kClient;
    fault_ = "the other broker does not know bridges before MQTT 5.0: the next attempt is any client's";
}

void Relay::both_open() {
    const auto stale = [&](Side side) -> bool& { return ids_are_stale_[static_cast<std::size_t>(side)]; };
    const auto is_there = [&](Side side) { return link(side).terms().session_present; };
    for (const Side side : {Side::kLocal, Side::kRemote}) {
        if (is_there(side) && !is_there(other(side))) stale(side) = true;
        if (!is_there(side)) stale(side) = false;
        if (stale(side)) release_all_ids(side);
    }
    for (const Side side : {Side::kLocal, Side::kRemote}) subscribe(side);
    count_answer();
}

void Relay::release_all_ids(Side side) {
    releases_due_ += kPacketIds;
    for (std::uint32_t id = 1; id <= kPacketIds; ++id)
        link(side).send(mqtt::Pubrel{{static_cast<mqtt::PacketId>(id), ReasonCode::kSuccess, {}}});
}

bool Relay::is_subscribed(Side side) const {
    return side == Side::kRemote && is_subscribed_there_ &&
           options_.remote_version != mqtt::ProtocolVersion::kV5;
}

void Relay::subscribe(Side side) {
    if (is_subscribed(side)) return;
    mqtt::Subscribe subscribe{.packet_id = kSubscribeId, .properties = {}, .requests = {}};
    for (const TopicMap::Way& way : topics(side).ways()) {
        mqtt::SubscriptionOptions options;
        options.qos = std::min(way.qos, link(other(side)).terms().qos_max);
        options.no_local = true;
        options.retain_as_published = true;
        options.retain_handling = mqtt::RetainHandling::kSendIfNew;
        subscribe.requests.push_back({way.filter, options});
    }
    if (subscribe.requests.empty()) return;
    ++subacks_due_;
    link(side).send(subscribe);
}

void Relay::take(Side from, const mqtt::Suback& suback) {
    const auto ways = topics(from).ways();
    for (std::size_t i = 0; i < std::min(ways.size(), suback.reasons.size()); ++i) {
        if (is_failure(suback.reasons[i]))
            events_.on_subscription_refused(from, ways[i].filter, suback.reasons[i]);
    }
    if (from == Side::kRemote) is_subscribed_there_ = true;
    if (subacks_due_ > 0) --subacks_due_;
    count_answer();
}

void Relay::count_answer() {
    if (is_up_ || subacks_due_ > 0 || releases_due_ > 0) return;
    is_up_ = true;
    deadline_ = now_;  // the first PINGREQ
    ++figures_.connects;
    figures_.is_up = true;
    events_.on_up(remote().terms().session_present);
}

// --- messages ---

void Relay::take(Side from, const mqtt::Publish& publish) {
    const Side to = other(from);
    DirectionFigures& figures = figures_.from(from);
    const auto topic = topics(from).translate(publish.topic);
    if (!topic) return refuse(from, publish, figures.dropped, "no topic of the bridge fits it");
    const std::vector<std::string_view> path = path_of(publish.properties);
    const std::string_view here = site(from);
    const std::string_view there = site(to);
    if (has_come_back_to(here, path) || has_been_at(there, path) || path.size() >= kHopsMax)
        return refuse(from, publish, figures.looped, "it has been there");

    mqtt::PropertyList properties = carried(publish.properties);
    const bool is_here_by_bridge = !path.empty() && path.back() == here;
    if (!is_here_by_bridge) properties.add_user(kPathProperty, here);
    properties.add_user(kPathProperty, there);
    mqtt::Publish passed = publish;
    passed.topic = *topic;
    passed.properties = properties.view();
    passed.retain = publish.retain && link(to).terms().takes_retained;
    if (mqtt::encoded_size(passed, link(to).version()) > link(to).terms().packet_bytes_max)
        return refuse(from, publish, figures.dropped, "it is too long for that side");
    ++figures.messages;
    if (publish.dup) ++figures.repeated;
    link(to).send(passed);
}

void Relay::refuse(Side from, const mqtt::Publish& publish, Counter& counter, std::string_view why) {
    ++counter;
    events_.on_not_given(other(from), publish.topic, why);
    const mqtt::Acknowledgement answer{publish.packet_id, ReasonCode::kImplementationSpecificError, {}};
    if (publish.qos == QoS::kAtLeastOnce) link(from).send(mqtt::Puback{answer});
    if (publish.qos == QoS::kExactlyOnce) link(from).send(mqtt::Pubrec{answer});  // no PUBREL follows
}

// What is said beside the reason is for who asked, not for a broker.
template <typename Kind>
void Relay::pass_on_answer(Side from, const Kind& answer) {
    link(other(from)).send(Kind{{answer.packet_id, answer.reason, {}}});
}

void Relay::take(Side from, const mqtt::Puback& puback) {
    if (is_for_now(puback.reason))
        return refused_by(from, " takes no message for now: ", puback.reason, puback.properties);
    if (is_failure(puback.reason)) {
        ++figures_.from(other(from)).refused;
        events_.on_refused(from, puback.packet_id, puback.reason);
    }
    pass_on_answer(from, puback);
}

void Relay::take(Side from, const mqtt::Pubrec& pubrec) {
    if (is_for_now(pubrec.reason))
        return refused_by(from, " takes no message for now: ", pubrec.reason, pubrec.properties);
    if (is_failure(pubrec.reason)) {
        ++figures_.from(other(from)).refused;
        events_.on_refused(from, pubrec.packet_id, pubrec.reason);
    }
    pass_on_answer(from, pubrec);
}

void Relay::take(Side from, const mqtt::Pubrel& pubrel) {
    pass_on_answer(from, pubrel);
}

void Relay::take(Side from, const mqtt::Pubcomp& pubcomp) {
    bool& is_stale = ids_are_stale_[static_cast<std::size_t>(from)];
    if (!is_stale) return pass_on_answer(from, pubcomp);
    if (--releases_due_ > 0) return;
    is_stale = false;
    count_answer();
}

void Relay::take(Side, const mqtt::Pingresp&) {}

void Relay::take(Side from, const mqtt::Disconnect& disconnect) {
    const char* const what = disconnect.reason == ReasonCode::kSessionTakenOver
                                 ? " closed, for another client has the same client id: "
                                 : " closed: ";
    refused_by(from, what, disconnect.reason, disconnect.properties);
}

}  // namespace dray::bridge
