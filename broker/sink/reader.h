// A sink's end of its connection to this broker, without the socket: it reads a stream as an MQTT 5.0 client
// whose session keeps the place, and holds what has come until the other side has confirmed it.
//
//     session $sink.<name>           Reader                               the other side
//     PUBLISH 7 orders/1      ->     waiting  ->  given             ->    ...
//     PUBACK 7                <-     acknowledge(ticket)            <-    confirmed
//
// So the stream's place moves on behind what is safe over there, and whatever is lost, the connection over
// there, this process or its machine, comes again. When only the other side was lost, all that was given and
// not confirmed is given again in its order (take_back), without being read again.
//
// A message that the other side refuses can be buried: it is published here, behind the prefix of dead
// letters, with the reason, and its place is passed when a queue has it.
//
//     dead-letter-reason   why     dead-letter-topic   what it was published to     dead-letter-sink   whose
//     it was
//
// One thread; no socket and no clock.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/byte_view.h"
#include "base/instant.h"
#include "bridge/link.h"
#include "sink/record.h"

namespace dray::sink {

struct ReaderOptions {
    std::string sink;
    std::string client_id;
    std::string filter;              // $stream/<name>/...
    std::string dead_letter_prefix;  // of topics
    std::uint16_t unacknowledged_max = 512;
    std::uint32_t packet_bytes_max = 16 * 1024 * 1024;
};

class ReaderEvents {
  public:
    virtual ~ReaderEvents() = default;
    virtual void on_buried(Ticket ticket) = 0;
    virtual void on_not_buried(Ticket ticket, std::string_view why) = 0;
};

class Reader {
  public:
    static constexpr std::size_t kHeldBytesMax = 8 * 1024 * 1024;  // then no more is read
    static constexpr std::size_t kBurialsMax = 64;                 // under way at once

    Reader(ReaderOptions options, ReaderEvents& events) : options_(std::move(options)), events_(events) {}

    // --- the connection to this broker ---
    void opened();
    bool listens() const;
    void receive(ByteView bytes);
    std::string_view output() const { return link_.output(); }
    void sent(std::size_t bytes) { link_.sent(bytes); }
    bool is_up() const { return is_subscribed_; }
    // Why the connection must be closed; empty: it need not.
    const std::string& fault() const { return fault_; }
    void say_goodbye();
    // All that is held is forgotten: it comes again.
    void closed();

    // --- messages ---
    // The first that waits; its views live until it is acknowledged, buried, or the connection closed.
    std::optional<Record> next() const;
    // That one was given. True: not for the first time.
    bool give_next();
    void acknowledge(Ticket ticket);
    void bury(Ticket ticket, std::string_view why);
    // It was not taken, and waits again; take_back(): nor was any other that was given.
    void give_back(Ticket ticket);
    void take_back();

    std::size_t held() const { return count_; }   // not confirmed
    std::size_t given() const { return given_; }  // ... of those, over there
    // The first and the last of them; while there are any.
    Ticket oldest_given() const;
    Ticket newest_given() const;
    // Offset of the first that is not confirmed, or behind the last that was; 0 = none has come.
    std::uint64_t position() const { return held_.empty() ? behind_ : held_.front().offset; }
    // Nothing if it is not held any more.
    std::optional<Record> find(Ticket ticket) const;

  private:
    enum class State : std::uint8_t { kWaits, kGiven, kIsBuried, kDone };
    struct Held {
        State state = State::kWaits;
        mqtt::PacketId packet_id{};
        std::uint64_t offset = 0;
        Instant at;
        std::string topic;
        std::string properties;  // as they stand on the wire
        std::string payload;

        std::size_t weight() const { return topic.size() + properties.size() + payload.size(); }
    };

    void take(const mqtt::Packet& packet);
    void take(const mqtt::Connack& connack);
    void take(const mqtt::Suback& suback);
    void take(const mqtt::Publish& publish);
    void take(const mqtt::Puback& puback);
    Ticket newest() const { return first_ + held_.size() - 1; }
    Held* at(Ticket ticket);
    Record record(Ticket ticket, const Held& held) const;
    void finish(Held& held);
    void fail(std::string why);

    struct Burial {
        Ticket ticket = 0;
        std::string why;
    };
    void go_on_burying();
    void publish(const Burial& burial, const Held& held);
    void not_buried(Ticket ticket, const std::string& why);
    void skip_to_next();
    mqtt::PacketId free_packet_id();

    ReaderOptions options_;
    ReaderEvents& events_;
    bridge::Link link_;
    bool is_subscribed_ = false;
    std::string fault_;
    std::deque<Held> held_;  // in the order of the stream; those that are done stay until all before them are
    Ticket first_ = 1;       // of held_
    Ticket next_ = 1;        // none before it waits
    std::size_t count_ = 0;  // not done
    std::size_t given_ = 0;
    std::size_t bytes_ = 0;
    std::uint64_t behind_ = 0;        // the offset of the last that came
    std::uint64_t offset_given_ = 0;  // the highest, since this process began
    std::deque<Burial> to_bury_;
    std::unordered_map<std::uint16_t, Burial> burials_;  // under way, by packet id
    std::uint16_t last_packet_id_ = 0;
};

}  // namespace dray::sink
