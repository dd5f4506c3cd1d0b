// Bits rot on the disk while the broker is stopped, or runs: what is damaged is lost, counted and named, and
// everything else goes on.
#include <gtest/gtest.h>

#include "shard_counts.h"

namespace dray::test {
namespace {

using shard::Table;
using Lines = std::vector<std::string>;

constexpr const char* kGarbage = "\xff\xff\xff\xff garbage";

class Damage : public testing::Test {
    static WorldOptions options() {
        WorldOptions options;
        options.disk = Disk::kByItself;
        options.limits.queue_window_bytes_max = 1024;  // about ten messages
        options.limits.stream_tail_bytes_max = 0;
        shard::QueueOptions& queue = options.queues.emplace_back();
        queue.name = "jobs";
        queue.filters = {"job"};
        options.streams = {{.name = "log", .filters = {"log"}}};
        return options;
    }

  protected:
    World world_{options()};

    SimulatedDisk& disk() { return world_.disk(); }
    std::uint64_t lost() {
        return world_.books().discarded[static_cast<std::size_t>(shard::Discard::kDamaged)];
    }
    // A session of that name that takes "a" and is away.
    void leaves_a_session(const std::string& name, int qos = 1) {
        world_.client(name).sends(connect_again(name)).gets(connack());
        world_.client(name).sends(subscribe(1, "a", qos)).gets(suback(1, qos)).drops();
        world_.run();
    }
    Client& comes_back(const std::string& name) {
        return world_.client(name).sends(connect_again(name)).gets(connack(true));
    }
    // From `first` on, in one piece: they share a page.
    void publishes(int first, int last, const char* topic = "a", int qos = 1) {
        Client& p = world_.client("p").sends(connect("p")).gets(connack());
        for (int i = first; i <= last; ++i) p.says(publish(topic, "message " + std::to_string(i), qos, i));
        world_.run();
        p.takes_all();
        p.drops();
        world_.run();
    }
    void expect_gets(Client& client, const char* topic,
                     const std::vector<std::pair<int, int>>& ids_and_numbers) {
        for (const auto& [id, number] : ids_and_numbers)
            client.gets(publish(topic, "message " + std::to_string(number), 1, id));
        client.gets_nothing();
        for (const auto& [id, number] : ids_and_numbers) client.sends(puback(id));
    }
    // The flags of the entry of a page whose entries have the same length.
    char& flags_of_entry(std::string& page, std::size_t at, std::size_t count) {
        return page.at(page.size() / count * at + sizeof(std::uint32_t));
    }
};

TEST_F(Damage, OneMessageOfASessionIsLostAndTheOthersCome) {
    leaves_a_session("s");
    publishes(1, 3);
    flags_of_entry(disk().bytes_of(Table::kEntries, 0), 1, 3) = '\x7f';
    world_.crash(1);
    Client& s = comes_back("s");
    EXPECT_EQ(world_.take_damages(), (Lines{"session 's', message 2: its bytes are not understood"}));
    EXPECT_EQ(lost(), 1);
    expect_gets(s, "a", {{1, 1}, {3, 3}});
    EXPECT_EQ(disk().count(Table::kEntries), 0);
    EXPECT_EQ(disk().count(Table::kProgress), 0);
}

TEST_F(Damage, ItIsLostOnlyOnce) {
    leaves_a_session("s");
    publishes(1, 3);
    flags_of_entry(disk().bytes_of(Table::kEntries, 0), 1, 3) = '\x7f';
    world_.crash(1);
    comes_back("s").takes_all();
    EXPECT_EQ(world_.take_damages().size(), 1);
    world_.sync();
    world_.crash(1);
    comes_back("s").gets(again(publish("a", "message 1", 1, 1))).gets(again(publish("a", "message 3", 1, 3)));
    EXPECT_EQ(world_.take_damages(), Lines());
}

TEST_F(Damage, OfAPageThatIsCutTheBeginningCounts) {
    leaves_a_session("s");
    publishes(1, 3);
    disk().bytes_of(Table::kEntries, 0).pop_back();
    world_.crash(1);
    Client& s = comes_back("s");
    EXPECT_EQ(world_.take_damages(), (Lines{"session 's', message 3: its bytes are not understood"}));
    s.gets(publish("a", "message 1", 1, 1)).gets(publish("a", "message 2", 1, 2)).gets_nothing();
    // Packet ids that the client may know of what was cut off are not given again.
    publishes(4, 4);
    s.gets(publish("a", "message 4", 1, 65));
    for (const int id : {1, 2, 65}) s.sends(puback(id));
    EXPECT_EQ(disk().count(Table::kEntries), 0);
}

// The first that touches it may also be a publisher, or the end of the session.
TEST_F(Damage, APageOfGarbageStopsNobody) {
    leaves_a_session("s");
    leaves_a_session("t");
    publishes(1, 1);
    for (const std::size_t page : {0U, 1U}) disk().bytes_of(Table::kEntries, page) = kGarbage;
    world_.crash(1);
    world_.client("t").sends(connect("t")).gets(connack());
    publishes(2, 2);
    EXPECT_EQ(world_.take_damages().size(), 2);
    EXPECT_EQ(lost(), 2);
    comes_back("s").takes<mqtt::Publish>();
}

TEST_F(Damage, WhatBecameOfMessagesIsDamagedAndTheyComeOnceMore) {
    leaves_a_session("s");
    publishes(1, 2);
    comes_back("s")
        .gets(publish("a", "message 1", 1, 1))
        .gets(publish("a", "message 2", 1, 2))
        .sends(puback(1));
    world_.sync();
    disk().bytes_of(Table::kProgress, 0) = kGarbage;
    world_.crash(1);
    Client& s = comes_back("s");
    EXPECT_EQ(world_.take_damages().size(), 1);
    EXPECT_EQ(lost(), 0);
    s.gets(again(publish("a", "message 1", 1, 1))).gets(again(publish("a", "message 2", 1, 2)));
    s.sends(puback(1)).sends(puback(2));
    EXPECT_EQ(disk().count(Table::kProgress), 0);
}

TEST_F(Damage, AMessageThatSeveralSessionsShareIsLostForEach) {
    for (const char* name : {"s1", "s2"}) leaves_a_session(name);
    publishes(1, 2);
    ASSERT_EQ(disk().count(Table::kBodies), 2);
    disk().bytes_of(Table::kBodies, 0) = kGarbage;
    world_.crash(2);
    for (const char* name : {"s1", "s2"}) expect_gets(comes_back(name), "a", {{2, 2}});
    EXPECT_EQ(world_.take_damages().size(), 2);
    EXPECT_EQ(lost(), 2);
    for (const Table table : {Table::kBodies, Table::kHolders, Table::kEntries})
        EXPECT_EQ(disk().count(table), 0);
}

TEST_F(Damage, OfAMessageThatPubrecHasComeForNothingIsLost) {
    leaves_a_session("s", 2);
    publishes(1, 1, "a", 2);
    comes_back("s").gets(publish("a", "message 1", 2, 1)).sends(pubrec(1)).gets(pubrel(1));
    disk().bytes_of(Table::kEntries, 0) = kGarbage;
    world_.crash(1);
    comes_back("s").gets(pubrel(1)).sends(pubcomp(1)).gets_nothing();
    EXPECT_EQ(lost(), 0);
    EXPECT_EQ(disk().count(Table::kEntries), 0);
}

TEST_F(Damage, AroundAPlaceThatCannotBeReadTheSessionGoesOn) {
    leaves_a_session("s");
    for (int i = 1; i <= 3; ++i) publishes(i, i);
    disk().make_unreadable(Table::kEntries, 1);
    world_.crash(1);
    Client& s = comes_back("s");
    EXPECT_EQ(world_.take_damages(), (Lines{std::string("session 's': ") + SimulatedDisk::kUnreadable}));
    s.gets(publish("a", "message 1", 1, 1)).gets(publish("a", "message 3", 1, 3)).gets_nothing();
    s.sends(puback(1)).sends(puback(3));
    publishes(4, 4);
    const auto next = s.takes<mqtt::Publish>();
    EXPECT_EQ(as_text(next.payload), "message 4");
    s.sends(puback(static_cast<int>(next.packet_id)));
    EXPECT_EQ(disk().count(Table::kEntries), 1) << "what could not be read stays";
}

TEST_F(Damage, OneMessageOfAQueueIsLostAndTheOthersAreConsumed) {
    publishes(1, 3, "job");
    // The first record holds the totals. An entry: length, time, the message that begins with flags.
    std::string& page = disk().bytes_of(Table::kQueueEntries, 1);
    page.at(page.size() / 3 + 4 + 8) = '\x7f';
    world_.crash(1);
    Client& c = world_.client("c").sends(connect("c")).gets(connack());
    c.sends(subscribe(1, "$queue/jobs", 1)).gets(suback(1, 1));
    EXPECT_EQ(world_.take_damages(), (Lines{"queue 'jobs', message 2: its bytes are not understood"}));
    expect_gets(c, "job", {{1, 1}, {2, 3}});
    EXPECT_EQ(lost(), 1);
    EXPECT_EQ(world_.books().held, 0);
    EXPECT_EQ(disk().count(Table::kQueueEntries), 1);
}

TEST_F(Damage, WhatAQueueHasWrittenOutMayRotWhileTheBrokerRuns) {
    for (int first = 1; first <= 60; first += 10) publishes(first, first + 9, "job");
    world_.sync();
    disk().bytes_of(Table::kQueueEntries, 4) = kGarbage;
    disk().make_unreadable(Table::kQueueEntries, 5);
    Client& c = world_.client("c").sends(connect("c")).gets(connack());
    c.sends(subscribe(1, "$queue/jobs", 1)).gets(suback(1, 1));
    std::size_t got = 0;
    for (std::vector<mqtt::Packet> packets = c.takes_all(); !packets.empty(); packets = c.takes_all()) {
        for (const mqtt::Packet& packet : packets)
            c.sends(puback(static_cast<int>(std::get<mqtt::Publish>(packet).packet_id)));
        got += packets.size();
    }
    EXPECT_EQ(world_.take_damages().size(), 2);
    EXPECT_LT(got, 60);
    EXPECT_EQ(got + lost(), 60) << "these were in the books";
    EXPECT_EQ(world_.books().held, 0);
}

TEST_F(Damage, OneRecordOfAStreamIsLostForEachReader) {
    publishes(1, 5, "log");
    world_.sync();
    disk().bytes_of(Table::kStreamRecords, 1) = kGarbage;
    disk().lose(Table::kStreamRecords, 3);
    for (const char* name : {"r1", "r2"}) {
        Client& r = world_.client(name).sends(connect(name)).gets(connack());
        r.sends(subscribe(1, "$stream/log/earliest", 1)).gets(suback(1, 1));
        expect_gets(r, "log", {{1, 1}, {2, 3}, {3, 5}});
        EXPECT_EQ(world_.take_damages(), (Lines{"stream 'log', offset 2: its bytes are not understood",
                                                "stream 'log', offset 4: it is not there"}));
    }
    EXPECT_EQ(lost(), 4);
}

}  // namespace
}  // namespace dray::test
