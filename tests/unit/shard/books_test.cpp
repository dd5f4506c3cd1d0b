// Books of each topic root: where every message of it went.
#include "shard/books.h"

#include "shard_counts.h"

namespace dray::test {
namespace {

using shard::Books;
using shard::Discard;
using shard::RootBooks;

TEST(RootBooks, ARootIsTheFirstLevelOfATopic) {
    RootBooks books(10);
    EXPECT_EQ(books.root_of("order/new/1"), books.root_of("order"));
    EXPECT_NE(books.root_of("order/new/1"), books.root_of("orders/new/1"));
    EXPECT_NE(books.root_of("/order"), books.root_of("order"));
    EXPECT_EQ(books.root_of("/order"), books.root_of("/"));
}

TEST(RootBooks, BeyondTheLimitRootsShareOneBookThatNoTopicCanName) {
    RootBooks books(2);
    books[books.root_of("a/1")].hold();
    books[books.root_of("b")].hold();
    for (const char* topic : {"c", "d/1", "other-roots", ""}) {
        EXPECT_EQ(books.root_of(topic), RootBooks::kOtherRoots) << topic;
        books[books.root_of(topic)].hold();
    }
    books[books.root_of("a/2")].deliver();
    std::map<std::string, std::uint64_t> held;
    books.for_each_root(
        [&](std::string_view root, const Books& each) { held[std::string(root)] = each.held; });
    EXPECT_EQ(held, (std::map<std::string, std::uint64_t>{{"a", 0}, {"b", 1}}));
    EXPECT_EQ(books.other_roots().held, 4);
    EXPECT_EQ(books.total().matched, 6);
    EXPECT_EQ(books.total().held, 5);
}

TEST(RootBooks, OfSeveralShardsAreAddedByName) {
    RootBooks one(2);
    RootBooks two(2);
    one[one.root_of("a")].hold();
    two[two.root_of("b")].hold();
    two[two.root_of("a")].hold();
    two[two.root_of("c")].hold();
    RootBooks sum;
    sum.add(one);
    sum.add(two);
    EXPECT_EQ(sum.of(*session::Message::make({}, "a/1", {})).held, 2);
    EXPECT_EQ(sum.of(*session::Message::make({}, "b", {})).held, 1);
    EXPECT_EQ(sum.other_roots().held, 1);
}

TEST(Books, BalanceAfterEveryOperation) {
    Books books;
    for (int i = 0; i < 6; ++i) books.hold();
    books.deliver();
    books.expire();
    books.dead_letter();
    books.discard(Discard::kQueueFull);
    books.hand_over();
    EXPECT_TRUE(books.balance());
    EXPECT_EQ(books.matched, 5);
    EXPECT_EQ(books.held, 1);
    EXPECT_EQ(books.discarded_total(), 1);
    --books.held;
    EXPECT_FALSE(books.balance());
}

DRAY_EACH_SHARD_COUNT(BooksOfRoots);

TEST_P(BooksOfRoots, SayWhatBecameOfEachMessage) {
    WorldOptions few = options();
    few.limits.books_roots_max = 3;
    few.limits.queue_messages_max = 1;
    World world(few);
    world.client("p").sends(connect("p")).gets(connack());
    world.client("here").sends(connect("here")).gets(connack());
    world.client("here").sends(subscribe(1, "#", 1)).gets(suback(1, 1));
    world.client("away").sends(connect_again("away")).gets(connack());
    world.client("away").sends(subscribe(1, "kept/#", 1)).gets(suback(1, 1)).drops();

    world.client("p").sends(publish("sent/1", "x"));
    world.client("p").sends(publish("kept/1", "x", 1, 1)).gets(puback(1));
    world.client("p").sends(publish("kept/2", "x", 1, 2)).gets(puback(2));
    world.client("p").sends(publish("open/1", "x", 1, 3)).gets(puback(3));
    world.client("here").gets(publish("sent/1", "x"));
    for (int i = 1; i <= 3; ++i) {
        const int id = static_cast<int>(world.client("here").takes<mqtt::Publish>().packet_id);
        if (i < 3) world.client("here").sends(puback(id));
    }

    shard::RootBooks books = world.statistics().books;
    const Books sent = books[books.root_of("sent")];
    EXPECT_EQ(sent.matched, 1);
    EXPECT_EQ(sent.delivered, 1);
    const Books kept = books[books.root_of("kept")];
    EXPECT_EQ(kept.matched, 4);
    EXPECT_EQ(kept.delivered, 2);
    EXPECT_EQ(kept.held, 1);
    EXPECT_EQ(kept.discarded[static_cast<std::size_t>(Discard::kQueueFull)], 1);
    EXPECT_EQ(books[books.root_of("open")].held, 1);
}

TEST_P(BooksOfRoots, StandUnderSys) {
    WorldOptions few = options();
    few.sys_topics = true;
    few.limits.books_roots_max = 1;
    World world(few);
    Client& client = world.client("c").sends(connect("c")).gets(connack());
    client.sends(subscribe(1, "+/t", 0)).gets(suback(1, 0));
    client.sends(publish("a/t", "x")).gets(publish("a/t", "x"));
    client.sends(publish("b/t", "x")).gets(publish("b/t", "x"));
    world.advance(20s);
    const auto reads = [&client](const std::string& name) {
        client.sends(subscribe(2, "$SYS/broker/books/" + name, 0)).gets(suback(2, 0));
        return std::string(as_text(client.takes<mqtt::Publish>().payload));
    };
    EXPECT_EQ(reads("delivered"), "2");
    EXPECT_EQ(reads("roots/a/delivered"), "1");
    EXPECT_EQ(reads("other-roots/delivered"), "1");
    EXPECT_EQ(reads("roots/a/discarded/offline"), "0");
}

}  // namespace
}  // namespace dray::test
