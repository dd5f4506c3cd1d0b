#include <algorithm>
#include <iterator>

#include "simulation.h"

namespace dray::sim {

namespace {

using mqtt::ProtocolVersion;

class Planner {
  public:
    explicit Planner(Random& chance) : chance_(chance) {}

    Plan plan() {
        plan_.cluster.seed = chance_.next();
        plan_.cluster.shards = static_cast<shard::ShardIndex>(1 + chance_.below(4));
        plan_.cluster.disk = is(1, 6) ? test::Disk::kNone : test::Disk::kByItself;
        if (is(1, 2)) plan_.cluster.shared_choice = shard::SharedChoice::kLeastInflight;
        plan_limits();
        if (is(1, 2)) plan_queues();
        if (is(1, 3)) plan_stream();
        for (std::uint64_t i = 1 + chance_.below(3); i > 0; --i) add_publisher("p" + std::to_string(i));
        for (std::uint64_t i = 1 + chance_.below(3); i > 0; --i) add_taker("t" + std::to_string(i));
        for (std::uint64_t i = chance_.below(3); i > 0; --i) add_changing("c" + std::to_string(i));
        for (std::uint64_t i = chance_.below(4); i > 0; --i) add_member("m" + std::to_string(i));
        plan_.hostile_clients = chance_.below(3);
        plan_.events = 1'000 + chance_.below(5'000);
        plan_faults();
        return plan_;
    }

  private:
    bool is(std::uint64_t times, std::uint64_t of) { return chance_.below(of) < times; }
    ProtocolVersion some_version() { return is(1, 2) ? ProtocolVersion::kV311 : ProtocolVersion::kV5; }
    template <typename Limit>
    void narrow(Limit& limit, std::uint64_t least, std::uint64_t most) {
        if (is(1, 2)) limit = static_cast<Limit>(least + chance_.below(most - least + 1));
    }

    void plan_limits() {
        shard::Limits& limits = plan_.cluster.limits;
        limits.sys_interval_ms = is(1, 4) ? 1'000 : 0;
        narrow(limits.books_roots_max, 0, 4);
        narrow(limits.inflight_messages_max, 1, 10);
        narrow(limits.receive_messages_max, 2, 20);
        narrow(limits.outbox_bytes_max, 300, 4'000);
        narrow(limits.subscriptions_max, 2, 6);
        narrow(limits.topic_aliases_sent_max, 0, 8);
        if (is(1, 2)) return;
        narrow(limits.queue_messages_max, 3, 20);
        narrow(limits.queue_bytes_max, 2'000, 10'000);
    }

    std::vector<std::string> some_filters() {
        static const std::vector<std::string> kChoices[] = {
            {"a/#"}, {"b/#", "+/+/q2"}, {"+/p1/#"}, {"c/#", "c/p1/+", "will/#"}};
        return kChoices[chance_.below(std::size(kChoices))];
    }

    void plan_queues() {
        narrow(plan_.cluster.limits.queue_window_bytes_max, 200, 3'000);
        for (std::uint64_t i = 1 + chance_.below(2); i > 0; --i) {
            shard::QueueOptions queue;
            queue.name = "q" + std::to_string(i);
            queue.filters = some_filters();
            queue.exclusive = is(1, 3);
            if (is(1, 3)) queue.key = "topic";
            if (is(1, 4)) queue.ttl_ms = 1'000 + chance_.below(5'000);
            if (is(1, 3)) queue.retry_delay_ms = static_cast<std::uint32_t>(1 + chance_.below(500));
            if (is(1, 2)) {
                queue.dead_letter_queue = "dead";
                if (is(2, 3)) queue.deliveries_max = static_cast<std::uint32_t>(1 + chance_.below(4));
            }
            if (is(1, 3)) {
                queue.messages_max = 1 + chance_.below(20);
                queue.overflow = static_cast<shard::Overflow>(chance_.below(3));
                if (queue.overflow == shard::Overflow::kDeadLetter) queue.dead_letter_queue = "dead";
            }
            for (std::uint64_t k = 1 + chance_.below(3); k > 0; --k)
                add_consumer("k" + std::to_string(i) + std::to_string(k), queue.name);
            plan_.cluster.queues.push_back(std::move(queue));
        }
        shard::QueueOptions dead;
        dead.name = "dead";
        plan_.cluster.queues.push_back(dead);
        add_consumer("d", dead.name);
    }

    // One reader reads all of it, so that the laws know what is in it.
    void plan_stream() {
        narrow(plan_.cluster.limits.stream_tail_bytes_max, 0, 2'000);
        narrow(plan_.cluster.limits.stream_blocks_bytes_max, 0, 5'000);
        plan_.cluster.streams.push_back({.name = "events", .filters = some_filters()});
        add_reader("r1", "$stream/events/earliest").lasts = true;
        static constexpr const char* kFilters[] = {
            "$stream/events/earliest",        "$stream/events/latest", "$stream/events/7",
            "$stream/events/earliest/+/p1/#", "$stream/events/3/a/#",  "$stream/events"};
        for (std::uint64_t i = chance_.below(3); i > 0; --i)
            add_reader("r" + std::to_string(i + 1), kFilters[chance_.below(std::size(kFilters))]);
    }

    void plan_faults() {
        Plan::Faults& faults = plan_.faults;
        if (is(3, 4)) faults.cut = 1 + chance_.below(20);
        if (is(1, 3)) faults.pressure = 1 + chance_.below(4);
        if (plan_.cluster.disk == test::Disk::kNone) return;
        if (is(3, 4)) faults.crash = 1 + chance_.below(5);
        if (is(1, 3)) faults.restart = 1 + chance_.below(3);
        if (is(1, 3)) faults.full_disk = 1 + chance_.below(5);
    }

    Character some_character(std::string id) {
        Character character;
        character.id = std::move(id);
        character.version = some_version();
        if (character.version == ProtocolVersion::kV5) {
            if (is(1, 2)) character.receive_maximum = static_cast<std::uint16_t>(1 + chance_.below(12));
            if (is(1, 2)) character.alias_maximum = static_cast<std::uint16_t>(1 + chance_.below(6));
        }
        character.has_will = is(1, 3);
        character.rests = is(1, 2);
        return character;
    }

    Character::Wish some_wish(bool is_v5, bool is_constant) {
        static constexpr const char* kFilters[] = {"a/#",    "b/#",    "+/p1/#",  "+/+/q2", "+/+/q1",
                                                   "a/p1/+", "will/#", "c/p2/q1", "+/#",    "a/+/q0"};
        Character::Wish wish;
        wish.filter = kFilters[chance_.below(std::size(kFilters))];
        wish.options.qos = static_cast<mqtt::QoS>(chance_.below(3));
        wish.is_constant = is_constant;
        if (is_v5) {
            wish.options.no_local = is(1, 4);
            wish.options.retain_as_published = is(1, 4);
            wish.options.retain_handling = static_cast<mqtt::RetainHandling>(chance_.below(3));
        }
        return wish;
    }

    void add_wishes(Character& character, bool are_constant, std::uint64_t count) {
        for (; count > 0; --count) {
            const Character::Wish wish = some_wish(character.version == ProtocolVersion::kV5, are_constant);
            const auto is_same = [&](const Character::Wish& other) { return other.filter == wish.filter; };
            if (std::ranges::none_of(character.wishes, is_same)) character.wishes.push_back(wish);
        }
    }

    void add_publisher(std::string id) {
        Character character = some_character(std::move(id));
        character.lasts = is(3, 4);
        for (const char* root : {"a", "b", "c"}) {
            for (int qos = 0; qos <= 2; ++qos) {
                if (is(1, 2)) continue;
                const std::string name = std::string(root) + "/" + character.id + "/q" + std::to_string(qos);
                character.topics.push_back({name, qos, is(1, 2), 0});
            }
        }
        if (is(1, 3)) {
            const auto delay_s = static_cast<std::uint32_t>(1 + chance_.below(5));
            character.topics.push_back(
                {"b/" + character.id + "/later", static_cast<int>(chance_.below(3)), false, delay_s});
        }
        if (is(1, 4)) add_wishes(character, true, 1);
        plan_.characters.push_back(std::move(character));
    }
    void add_taker(std::string id) {
        Character character = some_character(std::move(id));
        add_wishes(character, true, 1 + chance_.below(3));
        plan_.characters.push_back(std::move(character));
    }
    void add_changing(std::string id) {
        Character character = some_character(std::move(id));
        character.lasts = is(1, 2);
        add_wishes(character, false, 1 + chance_.below(4));
        plan_.characters.push_back(std::move(character));
    }
    void add_member(std::string id) {
        Character character = some_character(std::move(id));
        character.lasts = is(1, 2);
        character.group = "g";
        Character::Wish wish;
        wish.filter = "$share/g/a/#";
        wish.options.qos = static_cast<mqtt::QoS>(is(1, 8) ? 0 : 1 + chance_.below(2));
        wish.is_constant = is(1, 2);
        character.wishes.push_back(wish);
        plan_.characters.push_back(std::move(character));
    }

    Character& add_subscriber(std::string id, std::string filter, mqtt::QoS qos) {
        Character character = some_character(std::move(id));
        character.lasts = is(1, 2);
        Character::Wish wish;
        wish.filter = std::move(filter);
        wish.options.qos = qos;
        wish.is_constant = is(1, 2);
        character.wishes.push_back(std::move(wish));
        return plan_.characters.emplace_back(std::move(character));
    }
    void add_consumer(std::string id, const std::string& queue) {
        const auto qos = static_cast<mqtt::QoS>(1 + chance_.below(2));
        Character& consumer = add_subscriber(std::move(id), "$queue/" + queue, qos);
        consumer.queue = queue;
        consumer.refuses = consumer.version == ProtocolVersion::kV5 && queue != "dead" && is(1, 2);
    }
    // By 5.0, which shows offsets.
    Character& add_reader(std::string id, std::string filter) {
        Character& reader = add_subscriber(std::move(id), std::move(filter), mqtt::QoS::kAtLeastOnce);
        reader.version = ProtocolVersion::kV5;
        reader.wishes.front().is_constant = true;
        return reader;
    }

    Random& chance_;
    Plan plan_;
};

}  // namespace

Plan Plan::of(Random& chance) {
    return Planner(chance).plan();
}

}  // namespace dray::sim
