// Messages of a queue that share a record: what is written, and what comes back after a crash.
#include "shard/queue_pages.h"

#include <gtest/gtest.h>

#include "queue_world.h"
#include "record_samples.h"
#include "words.h"
#include "world.h"

namespace dray::test {
namespace {

using shard::QueuedKey;
using shard::QueuePages;
using shard::StoreBatch;
using shard::Table;
using Operation = StoreBatch::Operation;

// What a batch does, in words: "page 1 (3)" with its number of messages, "left of 1: 101", "no page 1".
std::vector<std::string> in_words(const StoreBatch& batch) {
    std::vector<std::string> words;
    batch.for_each([&words](const StoreBatch::Change& change) {
        const QueuedKey key = *shard::parse_queued_key(change.key);
        const bool is_page = key.kind == QueuedKey::kPage;
        const std::string what = (is_page ? "page " : "left of ") + std::to_string(key.position);
        if (change.operation == Operation::kErase) {
            words.push_back("no " + what);
        } else if (is_page) {
            words.push_back(what + " (" + std::to_string(shard::decode_queue_page(change.value)->size()) +
                            ")");
        } else {
            words.push_back(what + ": " + std::to_string(shard::decode_progress(change.value)->live));
        }
    });
    return words;
}

class PagesOfAQueue : public testing::Test {
  protected:
    QueuePages pages_;

    void append(int first, int last, const session::MessageRef& message = test::message()) {
        for (int i = first; i <= last; ++i)
            pages_.append(static_cast<QueuePages::Position>(i), {Instant{}, message});
    }
    std::vector<std::string> written() {
        StoreBatch batch;
        pages_.write(7, batch);
        return in_words(batch);
    }
    using Words = std::vector<std::string>;
};

TEST_F(PagesOfAQueue, HoldWhatComesInATurn) {
    append(1, 3);
    EXPECT_EQ(written(), (Words{"page 1 (3)"}));
    append(4, 4);
    EXPECT_EQ(written(), (Words{"page 4 (1)"}));
    EXPECT_EQ(written(), Words());
}

TEST_F(PagesOfAQueue, AreFullAt64Messages) {
    append(1, 130);
    EXPECT_EQ(written(), (Words{"page 1 (64)", "page 65 (64)", "page 129 (2)"}));
}

TEST_F(PagesOfAQueue, AreFullAt64KiB) {
    const std::string payload(30'000, 'x');
    mqtt::Publish publish;
    publish.payload = as_bytes(payload);
    append(1, 3, session::Message::make(publish, "a", {}));
    EXPECT_EQ(written(), (Words{"page 1 (2)", "page 3 (1)"}));
}

TEST_F(PagesOfAQueue, SayWhatIsLeftAndGoWithTheLast) {
    append(1, 3);
    written();
    pages_.settle(2);
    EXPECT_EQ(written(), (Words{"left of 1: 5"}));
    pages_.settle(3);
    pages_.settle(1);
    EXPECT_EQ(written(), (Words{"no page 1", "no left of 1"}));
}

TEST_F(PagesOfAQueue, AreNotWrittenForWhatIsDoneInTheSameTurn) {
    append(1, 2);
    pages_.settle(1);
    pages_.settle(2);
    EXPECT_EQ(written(), Words());
    append(3, 4);
    pages_.settle(3);
    EXPECT_EQ(written(), (Words{"page 3 (2)", "left of 3: 2"}));
}

TEST_F(PagesOfAQueue, EndWhereSomebodyElsesBegins) {
    append(1, 1);
    pages_.add({.first = 2, .live = 1, .count = 1});
    append(3, 3);
    pages_.close();
    append(4, 4);
    EXPECT_EQ(written(), (Words{"page 1 (1)", "page 3 (1)", "page 4 (1)"}));
    pages_.settle(2);
    EXPECT_EQ(written(), (Words{"no page 2"}));
}

DRAY_EACH_QUEUE_WORLD(QueuePagesOnDisk);

// They reach the broker in one piece.
void publish_at_once(World& world, int first, int last, int qos = 1) {
    for (int i = first; i <= last; ++i) world.client("p").says(publish("job/a", std::to_string(i), qos, i));
    world.run();
    world.client("p").takes_all();
}

TEST_P(QueuePagesOnDisk, WhatIsLeftOfThemComesBackInItsOrder) {
    World world(with_jobs(Disk::kByItself));
    publisher(world);
    publish_at_once(world, 1, 10);
    if (GetParam() == 1) {
        EXPECT_EQ(world.disk().count(Table::kQueueEntries), 2U) << "a page, and the totals";
    }
    Client& c = consumes(world, "c");
    for (int i = 1; i <= 10; ++i) c.gets(publish("job/a", std::to_string(i), 1, i));
    for (const int done : {2, 10, 3, 7}) c.sends(puback(done));
    world.crash(GetParam());
    c.sends(connect_again("c")).gets(connack(true));
    int id = 0;
    for (const int left : {1, 4, 5, 6, 8, 9}) c.gets(publish("job/a", std::to_string(left), 1, ++id));
    c.gets_nothing();
    for (int done = 1; done <= id; ++done) c.sends(puback(done));
    EXPECT_EQ(world.disk().count(Table::kQueueEntries), 1U) << "the totals";
}

// A page is read whole, or not yet: those of the window, those on disk, and those that are not safe yet.
TEST_P(QueuePagesOnDisk, LieOnOneSideOfTheWindowsEnd) {
    for (const int qos : {1, 2}) {
        WorldOptions narrow = with_jobs(Disk::kByItself);
        narrow.limits.queue_window_bytes_max = 1024;  // about ten of these
        narrow.limits.inflight_messages_max = 3;
        World world(narrow);
        publisher(world);
        for (int i = 1; i <= 100; i += 20) {
            publish_at_once(world, i, i + 19, qos);
            if (qos == 2) {
                for (int id = i; id <= i + 19; ++id) world.client("p").sends(pubrel(id)).gets(pubcomp(id));
            }
        }
        Client& c = consumes(world, "c");
        for (int i = 1; i <= 50; ++i) c.gets(publish("job/a", std::to_string(i), 1, i)).sends(puback(i));
        c.takes_all();
        world.crash(GetParam());
        c.sends(connect_again("c")).gets(connack(true));
        for (int i = 51; i <= 100; ++i) {
            c.gets(publish("job/a", std::to_string(i), 1, i - 50)).sends(puback(i - 50));
        }
        c.gets_nothing();
        EXPECT_EQ(world.disk().count(Table::kQueueEntries), 1U) << "the totals";
        EXPECT_EQ(world.books().held, 0U);
    }
}

TEST_P(QueuePagesOnDisk, CanBeLookedIntoFromAnyMessageOn) {
    WorldOptions narrow = with_jobs(Disk::kByItself);
    narrow.limits.queue_window_bytes_max = 1024;
    World world(narrow);
    publisher(world);
    for (int i = 1; i <= 100; i += 50) publish_at_once(world, i, i + 49);
    world.crash(GetParam());
    for (const std::uint64_t after : {0U, 1U, 30U, 49U, 50U, 51U, 77U}) {
        const auto reply = ask(world, GetParam(), "jobs", shard::PeekQueue{"jobs", after, 2});
        ASSERT_EQ(reply.messages.size(), 2U);
        EXPECT_EQ(reply.messages[0].position, after + 1);
        EXPECT_EQ(as_text(reply.messages[1].message->payload()), std::to_string(after + 2));
    }
}

TEST_P(QueuePagesOnDisk, OfWhatIsWithAConsumerSurviveAPurge) {
    WorldOptions narrow = with_jobs(Disk::kByItself);
    narrow.limits.inflight_messages_max = 2;
    World world(narrow);
    publisher(world);
    Client& c = consumes(world, "c");
    publish_at_once(world, 1, 10);
    c.gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "2", 1, 2)).gets_nothing();
    EXPECT_EQ(ask(world, GetParam(), "jobs", shard::PurgeQueue{"jobs"}).count, 8U);
    world.crash(GetParam());
    c.sends(connect_again("c")).gets(connack(true));
    c.gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "2", 1, 2)).gets_nothing();
}

}  // namespace
}  // namespace dray::test
