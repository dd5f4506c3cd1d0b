// A queue in brokers that are killed at moments the seed chooses, with publishers and consumers that lose
// their connections, refuse messages, or keep them for a while. The laws:
//
//   - every acknowledged message is consumed, or became a dead letter: it is never lost
//   - what was consumed at QoS 2 and released by PUBREL never comes again
//   - messages of one key come in their order, each when the one before is done
//   - in the end nothing is left, in the books or on disk
//
// A failure prints its seed; DRAY_SEED=<seed> replays it, DRAY_SEEDS=<count> tries more of them.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>

#include "device.h"
#include "queue_world.h"
#include "seeds.h"

namespace dray::test {
namespace {

constexpr std::uint64_t kQueueSeeds = 300;

std::string message_name(std::string_view topic, int number) {
    return std::string(topic) + ' ' + std::to_string(number);
}

// What consumers have seen, all of them together.
class Ledger {
  public:
    struct Rules {
        bool is_ordered = false;  // each topic is a key
        bool released_is_released =
            false;  // each message is in the queue once, and there are no dead letters
    };
    explicit Ledger(Rules rules) : rules_(rules) {}

    void came(std::string_view topic, int number) {
        const std::string name = message_name(topic, number);
        if (rules_.released_is_released) {
            EXPECT_FALSE(finished_.contains(name)) << name << " came again after it was released";
        }
        if (!seen_.insert(name).second || !rules_.is_ordered) return;
        int& last = last_[std::string(topic)];
        EXPECT_GT(number, last) << name << " came late";
        last = number;
    }
    void consumed(const std::string& name) { consumed_.insert(name); }
    void finished(const std::string& name) { finished_.insert(name); }
    bool has(const std::string& name) const { return consumed_.contains(name); }

  private:
    Rules rules_;
    std::map<std::string, int> last_;
    std::set<std::string> seen_;
    std::set<std::string> consumed_;
    std::set<std::string> finished_;
};

// Consumes a queue, not always at once.
class WorkingDevice final : public Device {
  public:
    WorkingDevice(World& world, std::string name, const std::string& queue, int qos, Ledger& ledger,
                  Random& chance)
        : Device(world, std::move(name), kV5),
          filter_("$queue/" + queue),
          qos_(qos),
          ledger_(ledger),
          chance_(chance) {}

    // From now on it consumes all it gets.
    void settle_down() {
        is_settled_ = true;
        for (const auto& [id, name] : std::exchange(kept_, {})) consume(id, name);
    }
    // ... something that it has kept.
    void work() {
        if (kept_.empty() || !client().is_connected()) return;
        const auto [id, name] = *kept_.begin();
        kept_.erase(kept_.begin());
        consume(id, name);
    }

  protected:
    void connected() override {
        kept_.clear();  // all of it is given to others
        for (auto& [id, name] : unreleased_)
            name.clear();  // PUBREC may not have come: PUBREL says nothing now
        if (!is_subscribed_) client().says(subscribe(1, filter_, qos_));
    }
    void received(const mqtt::Packet& packet) override {
        if (std::holds_alternative<mqtt::Suback>(packet)) {
            is_subscribed_ = true;
        } else if (const auto* released = std::get_if<mqtt::Pubrel>(&packet)) {
            release(*released);
        } else if (const auto* message = std::get_if<mqtt::Publish>(&packet)) {
            receive(*message);
        }
    }

  private:
    void receive(const mqtt::Publish& message) {
        const int number = std::stoi(std::string(as_text(message.payload)));
        const int id = static_cast<int>(message.packet_id);
        const std::string name = message_name(message.topic, number);
        EXPECT_EQ(message.qos, static_cast<QoS>(qos_));
        EXPECT_FALSE(unreleased_.contains(id)) << this->name() << " would take " << name << " for another";
        if (qos_ == 2) unreleased_[id];
        ledger_.came(message.topic, number);
        const std::uint64_t mood = is_settled_ ? 0 : chance_.below(10);
        if (mood < 6) {
            consume(id, name);
        } else if (mood < 8) {
            refuse(id);
        } else {
            kept_[id] = name;
        }
    }
    void consume(int id, const std::string& name) {
        ledger_.consumed(name);
        if (qos_ == 2) {
            unreleased_[id] = name;
            client().says(pubrec(id));
        } else {
            client().says(puback(id));
        }
    }
    void refuse(int id) {
        unreleased_.erase(id);
        if (qos_ == 2) {
            client().says(pubrec(id, ReasonCode::kUnspecifiedError));
        } else {
            client().says(puback(id, ReasonCode::kUnspecifiedError));
        }
    }
    void release(const mqtt::Pubrel& released) {
        const int id = static_cast<int>(released.packet_id);
        if (const auto found = unreleased_.find(id); found != unreleased_.end()) {
            if (!found->second.empty()) ledger_.finished(found->second);
            unreleased_.erase(found);
        }
        client().says(pubcomp(id));
    }

    std::string filter_;
    int qos_;
    Ledger& ledger_;
    Random& chance_;
    bool is_subscribed_ = false;
    bool is_settled_ = false;
    std::map<int, std::string> kept_;        // by packet id
    std::map<int, std::string> unreleased_;  // at QoS 2; with the name of what was consumed
};

class QueueStory {
    shard::QueueOptions jobs() {
        shard::QueueOptions jobs = queue("jobs", {"job/#", "job/1"});
        if (is_ordered_) jobs.key = "topic";
        jobs.exclusive = chance_.below(5) == 0;
        if (chance_.below(2) == 0) jobs.retry_delay_ms = static_cast<std::uint32_t>(1 + chance_.below(100));
        jobs.retry_delay_ms_max = 400;
        if (chance_.below(3) == 0) jobs.messages_max = 1 + chance_.below(20);
        if (!has_dead_letters_) return jobs;
        jobs.dead_letter_queue = "dead";
        jobs.deliveries_max = static_cast<std::uint32_t>(1 + chance_.below(4));
        if (chance_.below(2) == 0) jobs.overflow = shard::Overflow::kDeadLetter;
        return jobs;
    }
    WorldOptions options(std::uint64_t seed) {
        WorldOptions result;
        result.shards = shards_;
        result.seed = seed;
        result.disk = Disk::kByItself;
        result.limits.inflight_messages_max = static_cast<std::uint16_t>(1 + seed % 30);
        if (seed % 2 == 0) result.limits.queue_window_bytes_max = 1024;
        result.queues = {jobs(), queue("dead", {})};
        return result;
    }

  public:
    explicit QueueStory(std::uint64_t seed)
        : chance_(seed * 7919 + 1),
          publish_qos_(static_cast<int>(chance_.below(3))),
          has_dead_letters_(chance_.below(2) == 0),
          is_ordered_(publish_qos_ != 0 && !has_dead_letters_ && chance_.below(2) == 0),
          shards_(some_shards()),
          ledger_({is_ordered_, publish_qos_ == 2 && !has_dead_letters_}),
          world_(options(seed)) {
        for (int i = 0; i < 3; ++i) {
            const std::string topic = "job/" + std::to_string(i);
            // What is refused and sent again, as the refusal was lost, is no longer in order.
            const bool is_newer = i == 0 && !is_ordered_;
            publishers_.push_back(std::make_unique<PublishingDevice>(
                world_, "p" + topic, topic, is_newer ? ProtocolVersion::kV5 : ProtocolVersion::kV311));
        }
        for (int i = 0; i < 3; ++i) {
            workers_.push_back(std::make_unique<WorkingDevice>(world_, "w" + std::to_string(i), "jobs",
                                                               1 + i % 2, ledger_, chance_));
        }
        workers_.push_back(std::make_unique<WorkingDevice>(world_, "mourner", "dead", 1, dead_, chance_));
    }

    void tell() {
        const std::uint64_t events = 300 + chance_.below(600);
        for (std::uint64_t i = 0; i < events && !testing::Test::HasFailure(); ++i) one_event();
        calm_down();
        if (!testing::Test::HasFailure()) check();
    }

  private:
    shard::ShardIndex some_shards() { return static_cast<shard::ShardIndex>(1 + chance_.below(4)); }
    template <typename Devices>
    auto& one_of(Devices& devices) {
        return *devices[chance_.below(devices.size())];
    }
    int some_qos() { return publish_qos_ != 0 ? publish_qos_ : 1 + static_cast<int>(chance_.below(2)); }

    void one_event() {
        const std::uint64_t kind = chance_.below(100);
        if (kind < 35) {
            one_of(publishers_).publish(some_qos(), false);
        } else if (kind < 50) {
            one_of(publishers_).run();
        } else if (kind < 75) {
            one_of(workers_).run();
        } else if (kind < 85) {
            one_of(workers_).work();
        } else if (kind < 88) {
            one_of(workers_).drop();
        } else if (kind < 91) {
            one_of(publishers_).drop();
        } else if (kind < 95) {
            world_.advance(std::chrono::milliseconds(chance_.below(300)));
        } else if (kind < 97) {
            ask(world_, shards_, "dead", shard::RedriveQueue{"dead", 0, chance_.below(5)});
        } else if (kind < 99) {
            // What has arrived was received.
            for (const auto& each : workers_) each->drop();
            shards_ = some_shards();
            world_.crash(shards_);
            EXPECT_EQ(world_.disk().faults(), "");
        }
        for (std::uint64_t left = chance_.below(12); left > 0 && world_.step(); --left) {
        }
    }

    void calm_down() {
        for (const auto& each : workers_) each->settle_down();
        int rounds = 0;
        for (int quiet = 0; quiet < 6;) {
            ASSERT_LT(++rounds, 10'000) << "it does not come to rest";
            for (const auto& each : publishers_) each->run();
            for (const auto& each : workers_) each->run();
            bool worked = false;
            while (world_.step()) worked = true;
            quiet = worked ? 0 : quiet + 1;
            world_.advance(std::chrono::milliseconds(100));  // for what waits for its next try
            if (testing::Test::HasFailure()) return;
        }
    }

    void check() {
        for (const auto& publisher : publishers_) {
            EXPECT_TRUE(publisher->is_done()) << publisher->name() << " was not answered";
            for (int number = 1; number <= publisher->last(); ++number) {
                const std::string name = message_name(publisher->topic(), number);
                EXPECT_TRUE(ledger_.has(name) || dead_.has(name) || publisher->was_refused(number))
                    << name << " is lost";
            }
        }
        EXPECT_EQ(world_.books().held, 0);
        EXPECT_LE(world_.disk().count(shard::Table::kQueueEntries), 2)
            << "more than the totals of both queues";
        EXPECT_EQ(world_.disk().count(shard::Table::kIncoming), 0) << "packet ids of publishers left behind";
    }

    Random chance_;
    int publish_qos_;  // 0 = 1 and 2
    bool has_dead_letters_;
    bool is_ordered_;
    shard::ShardIndex shards_;
    Ledger ledger_;
    Ledger dead_{{}};
    World world_;
    std::vector<std::unique_ptr<PublishingDevice>> publishers_;
    std::vector<std::unique_ptr<WorkingDevice>> workers_;
};

TEST(QueueStory, ConsumedOnceOrRedeliveredNeverLost) {
    for_each_seed(fewer_if_sanitized(kQueueSeeds), [](std::uint64_t seed) { QueueStory(seed).tell(); });
}

}  // namespace
}  // namespace dray::test
