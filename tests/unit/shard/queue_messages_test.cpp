// The data structure of a queue against a plain model, and its window against the disk it stands for.
#include "shard/queue_messages.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/random.h"
#include "shard_counts.h"

namespace dray::test {
namespace {

using shard::OrderKey;
using shard::QueueMessages;
using State = QueueMessages::State;

session::MessageRef message(std::string_view topic, Instant expires_at = kNever) {
    mqtt::Publish publish;
    publish.topic = topic;
    return session::Message::make(publish, topic, {0, expires_at});
}

QueueMessages::Message arrived(std::string_view topic, Instant at = {}) {
    QueueMessages::Message result;
    result.message = message(topic);
    result.arrived_at = at;
    return result;
}

constexpr std::uint64_t kAll = ~std::uint64_t{0};

TEST(OrderKey, IsFoundInTheMessage) {
    const auto key_of = [](std::string_view words, std::string_view topic) {
        const auto of = message(topic);
        const auto key = OrderKey::parse(words).value().of(*of);
        return key ? std::string(*key) : "none";
    };
    EXPECT_EQ(key_of("", "a/b"), "none");
    EXPECT_EQ(key_of("topic", "a/b"), "a/b");
    EXPECT_EQ(key_of("topic-level:1", "a/b"), "a");
    EXPECT_EQ(key_of("topic-level:2", "a/b"), "b");
    EXPECT_EQ(key_of("topic-level:3", "a/b"), "");
    EXPECT_EQ(key_of("user-property:k", "a/b"), "none");
    for (const char* wrong : {"x", "topic-level:", "topic-level:0", "topic-level:1x", "user-property:"})
        EXPECT_FALSE(OrderKey::parse(wrong)) << wrong;
}

TEST(QueueMessages, DoNotOvertakeOneThatIsPromised) {
    QueueMessages queue({}, 0);
    queue.append(arrived("a"), 0, kAll);
    for (int i = 0; i < 2; ++i) {
        QueueMessages::Message promised = arrived("a");
        promised.state = State::kPromised;
        queue.append(std::move(promised), 0, kAll);
        queue.append(arrived("a"), 0, kAll);
    }
    EXPECT_EQ(queue.first_ready(), 1U);
    queue.give_out(1, 7);
    EXPECT_EQ(queue.first_ready(), std::nullopt);
    queue.make_ready(1);
    EXPECT_EQ(queue.first_ready(), 1U) << "an older one waits for nobody";
    queue.remove(1);
    EXPECT_TRUE(queue.keep_promise(2));
    EXPECT_EQ(queue.first_ready(), 2U);
    queue.give_out(2, 7);
    EXPECT_EQ(queue.first_ready(), 3U);
    queue.give_out(3, 7);
    EXPECT_EQ(queue.first_ready(), std::nullopt);
    queue.remove(4);
    EXPECT_EQ(queue.first_ready(), 5U);
}

TEST(QueueMessages, AreGivenOutInOrderAndKeepTheirPlace) {
    QueueMessages queue({}, 0);
    for (int i = 0; i < 3; ++i) queue.append(arrived("a"), 0, kAll);
    EXPECT_EQ(queue.first_ready(), 1U);
    queue.give_out(1, 7);
    queue.give_out(2, 7);
    EXPECT_EQ(queue.first_ready(), 3U);
    queue.make_ready(2);
    EXPECT_EQ(queue.first_ready(), 2U);
    queue.remove(1);
    EXPECT_EQ(queue.totals().messages, 2U);
    EXPECT_EQ(queue.count(State::kReady), 2U);
}

TEST(QueueMessages, TimeMakesThemDue) {
    QueueMessages queue({}, 100);
    queue.append(arrived("a", Instant{1000}), 0, kAll);
    EXPECT_EQ(queue.first_due()->first.ms, 1100);
    queue.delay(1, Instant{1050});
    EXPECT_EQ(queue.first_due()->first.ms, 1050);
    EXPECT_FALSE(queue.first_ready());
    queue.give_out(1, 7);
    EXPECT_FALSE(queue.first_due());  // who has it may finish it
}

// Any life of a queue with few keys, against the rule itself: of each key only the oldest may be out, and
// what is given out is the oldest that may be.
TEST(QueueMessages, KeysAreStrict) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        QueueMessages queue(OrderKey::parse("topic").value(), 0);
        struct Modelled {
            std::string key;
            bool is_out = false;
        };
        std::map<std::uint64_t, Modelled> model;
        const auto expected = [&]() -> std::optional<std::uint64_t> {
            std::set<std::string> seen;
            for (const auto& [position, each] : model) {
                if (seen.insert(each.key).second && !each.is_out) return position;
            }
            return std::nullopt;
        };
        for (int step = 0; step < 500; ++step) {
            const auto at =
                std::next(model.begin(),
                          static_cast<std::ptrdiff_t>(random.below(std::max<std::size_t>(model.size(), 1))));
            switch (random.below(4)) {
                case 0:
                    model[queue.next_position()].key =
                        std::string(1, static_cast<char>('a' + random.below(4)));
                    queue.append(arrived(model.rbegin()->second.key), 0, kAll);
                    break;
                case 1:
                    if (const auto next = queue.first_ready()) {
                        model.at(*next).is_out = true;
                        queue.give_out(*next, 7);
                    }
                    break;
                case 2:
                    if (model.empty() || !at->second.is_out) break;
                    at->second.is_out = false;
                    queue.make_ready(at->first);
                    break;
                default:
                    if (model.empty() || !at->second.is_out) break;
                    queue.remove(at->first);
                    model.erase(at);
            }
            ASSERT_EQ(queue.first_ready(), expected());
        }
    }
}

// A disk that holds every message until it is removed, behind a window of a few: what comes out is what went
// in, in order.
TEST(QueueMessages, TheWindowMovesOverWhatIsOnDiskInOrder) {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SCOPED_TRACE(seed);
        Random random(seed);
        QueueMessages queue({}, 0);
        const std::uint64_t window = 5 * message("a")->weight();
        std::map<std::uint64_t, std::uint64_t> disk;  // position -> the commit it came with
        std::uint64_t commits = 0;
        std::uint64_t durable = 0;
        std::uint64_t next = 1;
        for (int step = 0; step < 2000; ++step) {
            switch (random.below(step < 1000 ? 5U : 4U)) {
                case 0:
                    durable += random.below(commits - durable + 1);
                    break;
                case 1:
                case 2: {
                    if (queue.wants_more(window)) {
                        queue.trim_tail(durable);
                        bool is_end = true;
                        for (auto at = disk.upper_bound(queue.unloaded_after());
                             at != disk.end() && at->first < queue.unloaded_before(); ++at) {
                            ASSERT_LE(at->second, durable) << "what is not safe cannot be read";
                            is_end = queue.window_bytes() < window;
                            if (!is_end) break;
                            queue.load(at->first, arrived("a"));
                        }
                        if (is_end) {
                            ASSERT_EQ(queue.end_load(), 0);
                        }
                    }
                    const auto ready = queue.first_ready();
                    if (!ready) break;
                    ASSERT_EQ(*ready, next++);
                    queue.remove(*ready);
                    disk.erase(*ready);
                    break;
                }
                default:
                    disk[queue.next_position()] = ++commits;
                    queue.append(arrived("a"), commits, window);
                    queue.trim_tail(durable);
            }
            ASSERT_EQ(queue.totals().messages, disk.size());
        }
    }
}

}  // namespace
}  // namespace dray::test
