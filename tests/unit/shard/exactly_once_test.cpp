// QoS 2 exactly once, whatever happens to the connections: publishers and subscribers lose them at any
// packet, are taken over, come back on any shard; the broker's writes are cut short. A model of both ends
// checks
//
//   - every message reaches every subscriber exactly once, in its publisher's order
//   - DUP is set on what was sent before, and on nothing else [MQTT-3.1.1 3.3.1-1, 3.3.1-2]
//   - after PUBREC a message is not sent again [MQTT-3.1.1 4.3.3-1, MQTT-5.0 4.3.3-6]
//
// Every run follows from its seed, which a failure prints; DRAY_SEED=n runs that one.
#include <deque>
#include <map>
#include <set>

#include "seeds.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

DRAY_EACH_SHARD_COUNT(ExactlyOnce);

constexpr int kMessagesPerPublisher = 30;

// Connects under its client id, by the connection it has or by another that takes the session over.
class Wanderer {
  public:
    Wanderer(World& world, Random& random, std::string id, ProtocolVersion version)
        : world_(world), random_(random), id_(std::move(id)), version_(version) {}

    bool is_on() const { return on_; }
    Client& client() { return world_.client(name()); }
    const std::string& id() const { return id_; }
    // Comes back: over a broken connection, or by taking a living one over.
    bool comes() {
        if (on_ && random_.below(2) == 0) drops();
        ++connection_;
        on_ = true;
        const bool present =
            client().sends(connect_again(id_, version_)).takes<mqtt::Connack>().session_present;
        return present;
    }
    void drops() {
        if (client().is_connected()) client().drops();
        client().takes_all();
        on_ = false;
    }

  private:
    // A new name is a new connection, on a shard that the world chooses.
    std::string name() const { return id_ + "/" + std::to_string(connection_); }
    World& world_;
    Random& random_;
    std::string id_;
    ProtocolVersion version_;
    int connection_ = 0;
    bool on_ = false;
};

// The sender's half of QoS 2, as the specification has it.
class ExactlyOncePublisher {
  public:
    ExactlyOncePublisher(World& world, Random& random, const std::string& id, ProtocolVersion version)
        : at_(world, random, id, version), random_(random), topic_("t/" + id) {}

    bool is_done() const { return next_ > kMessagesPerPublisher && open_.empty(); }
    Wanderer& at() { return at_; }
    void comes() {
        at_.comes();
        for (auto& each : open_) resend(each);
    }
    void hears() {
        if (!at_.is_on()) return;
        for (const auto& packet : at_.client().takes_all()) {
            if (const auto* pubrec = std::get_if<mqtt::Pubrec>(&packet))
                release(static_cast<int>(pubrec->packet_id));
            if (const auto* pubcomp = std::get_if<mqtt::Pubcomp>(&packet)) {
                std::erase_if(
                    open_, [&](const Open& each) { return each.id == static_cast<int>(pubcomp->packet_id); });
            }
        }
    }
    void publishes() {
        if (!at_.is_on() || next_ > kMessagesPerPublisher || open_.size() >= 8) return;
        open_.push_back({next_, next_, false});
        at_.client().sends(message(open_.back()));
        ++next_;
    }

  private:
    struct Open {
        int id;
        int number;
        bool released;
    };
    mqtt::Publish message(const Open& each) {
        text_.push_back(at_.id() + ":" + std::to_string(each.number));
        return publish(topic_, text_.back(), 2, each.id);
    }
    void resend(Open& each) {
        if (each.released) {
            at_.client().sends(pubrel(each.id));
        } else {
            at_.client().sends(again(message(each)));
        }
    }
    void release(int id) {
        for (Open& each : open_) {
            if (each.id != id) continue;
            each.released = true;
            if (random_.below(4) != 0)
                at_.client().sends(pubrel(id));  // or not yet: the connection may break
        }
    }
    Wanderer at_;
    Random& random_;
    std::string topic_;
    std::deque<Open> open_;
    std::deque<std::string> text_;
    int next_ = 1;
};

// The receiver's half: a message counts when its PUBLISH comes under an id that is not in use.
class Subscriber {
  public:
    Subscriber(World& world, Random& random, const std::string& id, ProtocolVersion version)
        : at_(world, random, id, version), random_(random) {}

    Wanderer& at() { return at_; }
    void subscribes() {
        at_.comes();
        at_.client().sends(subscribe(1, "t/+", 2)).gets(suback(1, 2));
    }
    void drops() {
        loses_what_is_on_the_way();
        at_.drops();
    }
    void comes() {
        loses_what_is_on_the_way();
        EXPECT_TRUE(at_.comes()) << "the session is gone";
        sent_here_.clear();
    }
    void hears(bool patient) {
        if (!at_.is_on()) return;
        for (const auto& packet : at_.client().takes_all()) {
            if (const auto* message = std::get_if<mqtt::Publish>(&packet)) take(*message);
            if (const auto* released = std::get_if<mqtt::Pubrel>(&packet)) {
                const int id = static_cast<int>(released->packet_id);
                held_.erase(id);
                seen_.erase(id);
                answers_.push_back(mqtt::Pubcomp(pubcomp(id)));
            }
        }
        // Some answers wait, and are lost if the connection breaks first.
        while (!answers_.empty() && (patient || random_.below(3) != 0)) {
            at_.client().sends(answers_.front());
            answers_.pop_front();
        }
    }
    const std::map<std::string, std::vector<int>>& received() const { return received_; }

  private:
    // What the broker has sent, and what we have not: nobody reads it any more.
    void loses_what_is_on_the_way() {
        answers_.clear();
        if (!at_.is_on()) return;
        for (const auto& packet : at_.client().takes_all()) {
            if (const auto* message = std::get_if<mqtt::Publish>(&packet))
                seen_.insert(static_cast<int>(message->packet_id));
        }
    }
    void take(const mqtt::Publish& message) {
        const int id = static_cast<int>(message.packet_id);
        EXPECT_EQ(message.qos, QoS::kExactlyOnce);
        EXPECT_TRUE(sent_here_.insert(id).second || !seen_.contains(id)) << "sent twice on one connection";
        EXPECT_EQ(message.dup, seen_.contains(id)) << "DUP of id " << id;
        seen_.insert(id);
        const bool is_new = held_.insert(id).second;
        if (is_new) {
            const std::string text(as_text(message.payload));
            const std::size_t colon = text.find(':');
            received_[text.substr(0, colon)].push_back(std::stoi(text.substr(colon + 1)));
        }
        answers_.push_back(mqtt::Pubrec(pubrec(id)));
    }
    Wanderer at_;
    Random& random_;
    std::set<int> held_;       // ids of messages that are not released yet
    std::set<int> seen_;       // ids in use that were sent at least once
    std::set<int> sent_here_;  // ... on this connection
    std::deque<mqtt::Packet> answers_;
    std::map<std::string, std::vector<int>> received_;
};

class ExactlyOnceStory {
  public:
    ExactlyOnceStory(const WorldOptions& options, std::uint64_t seed) : random_(seed), world_(options) {
        for (int i = 0; i < 2; ++i) {
            const auto version = i == 0 ? ProtocolVersion::kV311 : kV5;
            publishers_.emplace_back(world_, random_, "p" + std::to_string(i), version);
            subscribers_.emplace_back(world_, random_, "s" + std::to_string(i), version);
        }
        for (Subscriber& each : subscribers_) each.subscribes();
    }
    void until_done() {
        for (int step = 0; step < 3000 && !all_published(); ++step) take_step(step > 2000);
        for (int round = 0; round < 200; ++round) {
            for (ExactlyOncePublisher& each : publishers_) settle(each);
            for (Subscriber& each : subscribers_) settle(each);
        }
        EXPECT_TRUE(all_published()) << "a publisher never got its acknowledgements";
        for (Subscriber& each : subscribers_) {
            for (const char* publisher : {"p0", "p1"}) check_order(each, publisher);
        }
        EXPECT_EQ(world_.books().held, 0);
    }

  private:
    bool all_published() const {
        for (const ExactlyOncePublisher& each : publishers_) {
            if (!each.is_done()) return false;
        }
        return true;
    }
    void take_step(bool calm) {
        ExactlyOncePublisher& publisher = publishers_[random_.below(publishers_.size())];
        Subscriber& subscriber = subscribers_[random_.below(subscribers_.size())];
        switch (random_.below(calm ? 8 : 12)) {
            case 8:
                if (publisher.at().is_on()) publisher.at().drops();
                return;
            case 9:
                return publisher.comes();
            case 10:
                if (subscriber.at().is_on()) subscriber.drops();
                return;
            case 11:
                return subscriber.comes();
            case 0:
            case 1:
            case 2:
                return publisher.publishes();
            case 3:
            case 4:
                return publisher.hears();
            case 5:
                if (!publisher.at().is_on()) return publisher.comes();
                return publisher.hears();
            case 6:
                if (!subscriber.at().is_on()) return subscriber.comes();
                [[fallthrough]];
            default:
                return subscriber.hears(false);
        }
    }
    void settle(ExactlyOncePublisher& each) {
        if (each.is_done()) return;
        each.comes();
        each.publishes();
        each.hears();
        each.hears();
    }
    static void settle(Subscriber& each) {
        if (!each.at().is_on()) each.comes();
        each.hears(true);
    }
    static void check_order(const Subscriber& subscriber, const char* publisher) {
        std::vector<int> wanted;
        for (int i = 1; i <= kMessagesPerPublisher; ++i) wanted.push_back(i);
        const auto found = subscriber.received().find(publisher);
        ASSERT_TRUE(found != subscriber.received().end()) << "nothing came from " << publisher;
        EXPECT_EQ(found->second, wanted) << "from " << publisher;
    }

    Random random_;
    World world_;
    std::deque<ExactlyOncePublisher> publishers_;
    std::deque<Subscriber> subscribers_;
};

TEST_P(ExactlyOnce, WhateverHappensToTheConnections) {
    for_each_seed(60, [&](std::uint64_t seed) {
        WorldOptions each = options(seed);
        each.limits.inflight_messages_max = static_cast<std::uint16_t>(1 + seed % 9);
        ExactlyOnceStory(each, seed).until_done();
    });
}

}  // namespace
}  // namespace dray::test
