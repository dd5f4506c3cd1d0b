// A bridge without its sockets: a client of two brokers, which passes on what one has for the other.
//
//     this broker                        Relay                        the other broker
//     PUBLISH 7 orders/1        ->  the same, as there called  ->     PUBLISH 7 north/orders/1
//     PUBACK 7                  <-        passed on            <-     PUBACK 7
//
// It keeps nothing, for both brokers keep a session for it. A message goes on under the packet id that it
// came with, and each acknowledgement, of QoS 2 as well, is that of the broker on the other side: so a
// message is acknowledged when the other broker answers for it, and after any loss of a connection the two
// sessions send again what only they know is open. QoS 2 is exactly once from broker to broker
// [MQTT-5.0 4.3.3, 4.4]. The ids of messages in one direction are all given out by one session, and so meet
// no others.
//
// Either connection is worth nothing alone, so both are opened anew when one is lost: first the remote one,
// for what it grants is what the local one is to be asked for.
//
//     opened(kRemote) -> wants_local() -> opened(kLocal) -> is_up() -> ... -> fault() -> closed()
//
// A broker that speaks 3.1.1 keeps a session just as well. What it lacks is made up for as far as it can be:
//
//   - No Local            the CONNECT says that it is a bridge's (link.h); where that is not known, rules by
//                         which something would come back are refused
//   - Receive Maximum     twenty messages there, or unacknowledged_max; here as many as it sends
//                         (shard/access.h, is_bridge)
//   - Retain Handling     a session that goes on is not asked again for what it is subscribed to
//   - properties          do not cross, the path (path.h) among them
//
// When one of the two sessions was lost, the other may hold packet ids of QoS 2 messages that nobody will
// release, which would swallow new messages under the same ids. So all ids are released there first.
//
// One thread; no socket and no clock.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_view.h"
#include "base/instant.h"
#include "bridge/figures.h"
#include "bridge/link.h"
#include "bridge/side.h"
#include "bridge/topic_map.h"

namespace dray::bridge {

struct RelayOptions {
    std::string client_id;  // there
    std::string user;       // there; empty = none is shown
    std::string password;
    std::string local_client_id;
    std::string site;         // what this broker is called in paths (path.h) ...
    std::string remote_site;  // ... and the other one; empty = it is not known
    mqtt::ProtocolVersion remote_version = mqtt::ProtocolVersion::kV5;  // or 3.1.1
    std::uint16_t keep_alive_s = 30;
    std::uint16_t remote_unacknowledged_max = 0;  // as BridgeOptions
    std::uint16_t local_receive_max = 1024;       // what this broker takes ...
    std::uint32_t local_packet_bytes_max = 16 * 1024 * 1024;
    std::vector<TopicRule> topics;
};

// What a person should know.
class RelayEvents {
  public:
    virtual ~RelayEvents() = default;
    virtual void on_up(bool session_present) = 0;
    virtual void on_subscription_refused(Side by, std::string_view filter, mqtt::ReasonCode reason) = 0;
    virtual void on_not_given(Side to, std::string_view topic, std::string_view why) = 0;
    virtual void on_refused(Side by, mqtt::PacketId packet_id, mqtt::ReasonCode reason) = 0;
};

class Relay {
  public:
    static constexpr std::chrono::milliseconds kSetupWait{20'000};  // from the first CONNECT to all answers
    static constexpr std::size_t kOutputBytesMax =
        1024 * 1024;  // then the other side is not read for a while

    Relay(RelayOptions options, Figures& figures, RelayEvents& events);

    // The way to that broker is open.
    void opened(Side side, Instant now);
    bool wants_local() const { return remote().is_open() && local().phase() == Link::Phase::kClosed; }
    // Whether bytes of that side are wanted now.
    bool listens(Side side) const;
    void receive(Side side, ByteView bytes, Instant now);
    std::string_view output(Side side) const { return link(side).output(); }
    void sent(Side side, std::size_t bytes, Instant now);

    // To be called at next_deadline() at the latest.
    void tick(Instant now);
    Instant next_deadline() const { return deadline_; }

    bool is_up() const { return is_up_; }
    // Why both connections must be closed; empty: they need not.
    const std::string& fault() const { return fault_; }
    void say_goodbye();
    void closed();

  private:
    Link& link(Side side) { return links_[static_cast<std::size_t>(side)]; }
    const Link& link(Side side) const { return links_[static_cast<std::size_t>(side)]; }
    const Link& local() const { return link(Side::kLocal); }
    const Link& remote() const { return link(Side::kRemote); }
    const TopicMap& topics(Side from) const { return topics_[static_cast<std::size_t>(from)]; }
    std::string_view site(Side side) const;

    void work();
    bool take_one(Side side);
    void take(Side from, const mqtt::Packet& packet);
    void take(Side from, const mqtt::Connack& connack);
    void take(Side from, const mqtt::Publish& publish);
    void take(Side from, const mqtt::Puback& puback);
    void take(Side from, const mqtt::Pubrec& pubrec);
    void take(Side from, const mqtt::Pubrel& pubrel);
    void take(Side from, const mqtt::Pubcomp& pubcomp);
    void take(Side from, const mqtt::Suback& suback);
    void take(Side from, const mqtt::Pingresp& pingresp);
    void take(Side from, const mqtt::Disconnect& disconnect);
    template <typename Other>
    void take(Side from, const Other&);

    void both_open();
    void give_up_claim(const mqtt::Connack& connack);
    std::uint16_t remote_receive_max() const;
    bool is_subscribed(Side side) const;
    void release_all_ids(Side side);
    void subscribe(Side side);
    void count_answer();
    void refuse(Side from, const mqtt::Publish& publish, Counter& counter, std::string_view why);
    template <typename Kind>
    void pass_on_answer(Side from, const Kind& answer);
    void fail(std::string why);
    void refused_by(Side side, const char* what, mqtt::ReasonCode reason, const mqtt::Properties& properties);

    RelayOptions options_;
    Figures& figures_;
    RelayEvents& events_;
    std::array<TopicMap, 2> topics_;
    std::array<Link, 2> links_;
    Claim claim_ = Claim::kBridge;         // of CONNECTs before 5.0
    bool is_subscribed_there_ = false;     // by this process, in the session that goes on
    std::array<bool, 2> ids_are_stale_{};  // by Side; remembered until they are released
    std::uint32_t releases_due_ = 0;       // PUBCOMPs to come
    unsigned subacks_due_ = 0;
    bool is_up_ = false;
    std::string fault_;
    Instant now_;
    Instant heard_;  // of the remote side
    Instant deadline_ = kNever;
};

}  // namespace dray::bridge
