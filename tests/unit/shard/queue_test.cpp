// Named queues: $queue/<name>. What one transcript can show; random stories are in queue_story_test.cpp.
#include <set>

#include "queue_world.h"

namespace dray::test {
namespace {

DRAY_EACH_QUEUE_WORLD(Queues);

TEST_P(Queues, WhatComesBeforeTheConsumerWaits) {
    World world(with_jobs());
    publisher(world).sends(publish("job/a", "1", 1, 1)).gets(puback(1)).sends(publish("job/b/c", "2"));
    Client& c = consumes(world, "c");
    // The QoS is that of the subscription, whatever it was published at.
    c.gets(publish("job/a", "1", 1, 1)).gets(publish("job/b/c", "2", 1, 2)).gets_nothing();
    c.sends(puback(1)).sends(puback(2));
    EXPECT_EQ(world.books().held, 0);
    EXPECT_EQ(world.books().delivered, 2);
}

TEST_P(Queues, ManyConsumersShareIt) {
    World world(with_jobs());
    for (const char* name : {"a", "b", "c"}) consumes(world, name);
    publisher(world);
    publish_numbers(world, 1, 30);
    std::set<std::string> got;
    for (const char* name : {"a", "b", "c"}) {
        const auto packets = world.client(name).takes_all();
        EXPECT_EQ(packets.size(), 10U) << name;
        for (const auto& packet : packets) got.emplace(as_text(std::get<mqtt::Publish>(packet).payload));
    }
    EXPECT_EQ(got.size(), 30U);
}

// Prefetch is the consumer's Receive Maximum.
TEST_P(Queues, AConsumerIsGivenNoMoreThanItCanHold) {
    World world(with_jobs());
    publisher(world);
    publish_numbers(world, 1, 5);
    const auto two = mqtt::PropertyList().add(mqtt::PropertyId::kReceiveMaximum, 2U);
    mqtt::Connect narrow = connect("narrow", kV5);
    narrow.properties = two.view();
    Client& c = world.client("narrow").sends(narrow).gets(connack());
    c.sends(subscribe(1, "$queue/jobs", 1)).gets(suback(1, 1));
    c.gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "2", 1, 2)).gets_nothing();
    // The rest is free for others.
    Client& other = consumes(world, "other");
    other.gets(publish("job/a", "3", 1, 1))
        .gets(publish("job/a", "4", 1, 2))
        .gets(publish("job/a", "5", 1, 3));
    c.sends(puback(1)).sends(puback(2)).gets_nothing();
}

TEST_P(Queues, WhatALeavingConsumerDidNotAcknowledgeGoesToTheNextInOrder) {
    World world(with_jobs());
    Client& first = consumes(world, "first");
    publisher(world);
    publish_numbers(world, 1, 4);
    for (int i = 1; i <= 4; ++i) first.gets(publish("job/a", std::to_string(i), 1, i));
    first.sends(puback(2)).drops();
    publish_numbers(world, 5, 5);
    Client& second = consumes(world, "second");
    second.gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "3", 1, 2));
    second.gets(publish("job/a", "4", 1, 3)).gets(publish("job/a", "5", 1, 4)).gets_nothing();
    for (int id = 1; id <= 4; ++id) second.sends(puback(id));
    EXPECT_EQ(world.books().held, 0);
}

TEST_P(Queues, AConsumerThatComesBackGoesOn) {
    World world(with_jobs());
    consumes(world, "c").drops();
    publisher(world);
    publish_numbers(world, 1, 2);
    Client& c = world.client("c").sends(connect_again("c")).gets(connack(true));
    c.gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "2", 1, 2));
    // Taken over: the same session, on another connection, has it again as a new message.
    c.drops();
    c.sends(connect_again("c")).gets(connack(true));
    c.gets(publish("job/a", "1", 1, 3)).gets(publish("job/a", "2", 1, 4)).gets_nothing();
}

// MQTT has what was sent be acknowledged after UNSUBSCRIBE too [MQTT-5.0 3.10.4-3].
TEST_P(Queues, AfterUnsubscribeWhatWasSentIsStillTheConsumers) {
    World world(with_jobs());
    Client& c = consumes(world, "c");
    publisher(world);
    publish_numbers(world, 1, 1);
    c.gets(publish("job/a", "1", 1, 1)).sends(unsubscribe(2, "$queue/jobs")).gets(unsuback(2));
    publish_numbers(world, 2, 2);
    Client& other = consumes(world, "other");
    other.gets(publish("job/a", "2", 1, 1)).gets_nothing();
    c.sends(puback(1)).gets_nothing();
    EXPECT_EQ(world.books().held, 1);
    other.sends(puback(1));
    EXPECT_EQ(world.books().held, 0);
}

TEST_P(Queues, AtQoS0AMessageIsConsumedWhenItIsSent) {
    World world(with_jobs());
    publisher(world);
    publish_numbers(world, 1, 3);
    Client& c = consumes(world, "c", "$queue/jobs", 0);
    for (int i = 1; i <= 3; ++i) c.gets(publish("job/a", std::to_string(i)));
    EXPECT_EQ(world.books().held, 0);
}

TEST_P(Queues, AtQoS2PubrecConsumes) {
    World world(with_jobs(Disk::kByHand));
    Client& c = world.client("c").sends(connect_again("c"));
    world.sync();
    c.gets(connack()).sends(subscribe(1, "$queue/jobs", 2));
    world.sync();
    c.gets(suback(1, 2));
    publisher(world).sends(publish("job/a", "1", 1, 1));
    c.gets_nothing();  // its packet id is not safe
    world.sync();
    c.gets(publish("job/a", "1", 2, 1)).sends(pubrec(1)).gets_nothing();
    world.sync();
    c.gets(pubrel(1)).sends(pubcomp(1)).drops();
    world.sync();
    EXPECT_EQ(world.disk().count(shard::Table::kQueueEntries), 1U);  // the totals
    EXPECT_EQ(world.disk().count(shard::Table::kEntries), 0U);
    EXPECT_EQ(world.books().held, 0);
}

// A message that PUBREC did not come for goes to others; the packet id, which the client may know, is
// released.
TEST_P(Queues, AtQoS2APacketIdIsNotUsedAgainBeforeItIsReleased) {
    for (const bool crash : {false, true}) {
        World world(with_jobs(Disk::kByItself));
        Client& c = consumes(world, "c", "$queue/jobs", 2);
        publisher(world);
        publish_numbers(world, 1, 1);
        c.gets(publish("job/a", "1", 2, 1));
        if (crash) {
            world.crash(GetParam());
        } else {
            c.drops();
        }
        c.sends(connect_again("c")).gets(connack(true));
        c.gets(pubrel(1)).gets(publish("job/a", "1", 2, 2)).gets_nothing();
        c.sends(pubcomp(1)).sends(pubrec(2)).gets(pubrel(2)).sends(pubcomp(2)).gets_nothing();
        EXPECT_EQ(world.books().held, 0);
    }
}

TEST_P(Queues, OverlappingFiltersTakeAMessageOnce) {
    World world(with(queue("jobs", {"job/#", "job/a", "+/a"})));
    Client& c = consumes(world, "c");
    publisher(world);
    publish_numbers(world, 1, 1);
    c.gets(publish("job/a", "1", 1, 1)).gets_nothing();
}

TEST_P(Queues, SubscribersGetTheirOwnCopy) {
    World world(with_jobs());
    Client& c = consumes(world, "c");
    world.client("s").sends(connect("s")).gets(connack()).sends(subscribe(1, "#", 0)).gets(suback(1, 0));
    publisher(world);
    publish_numbers(world, 1, 1);
    world.client("s").gets(publish("job/a", "1"));
    c.gets(publish("job/a", "1", 1, 1));
}

TEST_P(Queues, ThatDoNotExistAreRefused) {
    World world(with_jobs());
    Client& old = world.client("old").sends(connect("old")).gets(connack());
    old.sends(subscribe(1, "$queue/job", 1)).gets(suback(1, 0x80));
    Client& c = world.client("c").sends(connect("c", kV5)).gets(connack());
    for (const char* filter : {"$queue/job", "$queue/", "$queue/jobs/a", "$queue/+", "$queue/#"}) {
        c.sends(subscribe(1, filter, 1)).gets(suback(1, 0x8F));
    }
    EXPECT_EQ(world.statistics().subscriptions, 0U);
    publisher(world);
    publish_numbers(world, 1, 1);
    c.gets_nothing();
}

TEST_P(Queues, TheReasonIsGivenInWords) {
    World world(with_jobs());
    Client& c = world.client("c").sends(connect("c", kV5)).gets(connack());
    c.sends(subscribe(1, "$queue/job", 1));
    const auto answer = c.takes<mqtt::Suback>();
    EXPECT_EQ(answer.properties.text(mqtt::PropertyId::kReasonString), "there is no such queue");
}

TEST_P(Queues, ClientsMayNotPublishToTheirNames) {
    World world(with_jobs());
    world.client("c").sends(connect("c", kV5)).gets(connack());
    world.client("c").sends(publish("$queue/jobs", "x", 1, 1)).gets(puback(1, ReasonCode::kNotAuthorized));
}

TEST_P(Queues, AnExclusiveOneHasOneConsumerAndTheNextTakesOver) {
    shard::QueueOptions exclusive = queue("jobs", {"job/#"});
    exclusive.exclusive = true;
    World world(with(exclusive));
    Client& active = consumes(world, "active");
    Client& standby = consumes(world, "standby");
    Client& third = consumes(world, "third");
    publisher(world);
    publish_numbers(world, 1, 3);
    for (int i = 1; i <= 3; ++i) active.gets(publish("job/a", std::to_string(i), 1, i));
    active.sends(puback(1)).drops();
    standby.gets(publish("job/a", "2", 1, 1)).gets(publish("job/a", "3", 1, 2)).gets_nothing();
    // Who comes back stands behind the others.
    active.sends(connect_again("active")).gets(connack(true)).gets_nothing();
    standby.sends(puback(1)).sends(puback(2)).drops();
    publish_numbers(world, 4, 4);
    third.gets(publish("job/a", "4", 1, 1)).gets_nothing();
    active.gets_nothing();
}

// What is under way to a consumer when it leaves comes back, or a standby would have the newer ones first.
TEST_P(Queues, AnExclusiveOneKeepsItsOrderWhenItsConsumerLeavesAndComesBack) {
    constexpr int kMessages = 20;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        WorldOptions exclusive = with(queue("jobs", {"job/#"}));
        exclusive.queues.front().exclusive = true;
        exclusive.seed = seed;
        World world(exclusive);
        consumes(world, "active");
        Client& standby = consumes(world, "standby");
        publisher(world);
        for (int i = 1; i <= kMessages; ++i) {
            world.client("p").says(publish("job/a", std::to_string(i), 1, i));
            world.step();
            // Over another connection.
            if (i == kMessages / 2) world.client("again").says(connect_again("active"));
        }
        world.run();
        world.client("again").gets(connack(true)).gets_nothing();
        for (int i = 1; i <= kMessages; ++i) standby.gets(publish("job/a", std::to_string(i), 1, i));
    }
}

TEST_P(Queues, OfOneKeyTheNextIsOnlyGivenOutWhenTheOneBeforeIsDone) {
    shard::QueueOptions keyed = queue("jobs", {"job/#"});
    keyed.key = "topic-level:2";
    World world(with(keyed));
    for (const char* name : {"a", "b", "c"}) consumes(world, name);
    publisher(world);
    publish_numbers(world, 1, 2, "job/x");
    publish_numbers(world, 3, 4, "job/y");
    world.client("a").gets(publish("job/x", "1", 1, 1)).gets_nothing();
    world.client("b").gets(publish("job/y", "3", 1, 1)).gets_nothing();
    world.client("c").gets_nothing();
    world.client("b").sends(puback(1));
    world.client("c").gets(publish("job/y", "4", 1, 1)).gets_nothing();
    // What comes back is before what waits.
    world.client("a").drops();
    world.client("b").gets(publish("job/x", "1", 1, 2)).gets_nothing();
    world.client("b").sends(puback(2));
    world.client("c").gets(publish("job/x", "2", 1, 2));
}

TEST_P(Queues, PubackWaitsForTheRecord) {
    World world(with_jobs(Disk::kByHand));
    Client& p = world.client("p").sends(connect("p")).gets(connack());
    p.sends(publish("job/a", "1", 1, 1)).gets_nothing();
    world.sync();
    p.gets(puback(1));
}

TEST_P(Queues, WhatItHoldsSurvivesAndIsGoneOnceConsumed) {
    World world(with_jobs(Disk::kByItself));
    publisher(world);
    publish_numbers(world, 1, 3);
    world.crash(GetParam());
    Client& c = consumes(world, "c");
    for (int i = 1; i <= 3; ++i) c.gets(publish("job/a", std::to_string(i), 1, i));
    c.sends(puback(1)).sends(puback(3));
    world.crash(3);
    c.sends(connect_again("c")).gets(connack(true)).gets(publish("job/a", "2", 1, 1)).gets_nothing();
    publisher(world).sends(publish("job/a", "4", 1, 4)).gets(puback(4));
    c.gets(publish("job/a", "4", 1, 2));
}

TEST_P(Queues, OneThatIsNoLongerInTheConfigurationStays) {
    World world(with_jobs(Disk::kByItself));
    publisher(world);
    publish_numbers(world, 1, 1);
    world.set_queues({});
    world.crash(GetParam());
    publisher(world);
    publish_numbers(world, 2, 2);
    consumes(world, "c").gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "2", 1, 2));
}

TEST_P(Queues, NewFiltersTakeTheirPlaceAtTheNextStart) {
    World world(with_jobs(Disk::kByItself));
    publisher(world);
    publish_numbers(world, 1, 1);
    world.set_queues({queue("jobs", {"task/#"})});
    world.crash(GetParam());
    publisher(world);
    publish_numbers(world, 2, 2);
    publish_numbers(world, 3, 3, "task/a");
    Client& c = consumes(world, "c");
    c.gets(publish("job/a", "1", 1, 1)).gets(publish("task/a", "3", 1, 2)).gets_nothing();
}

TEST_P(Queues, MoreThanTheWindowWaitsOnDiskInItsOrder) {
    WorldOptions narrow = with_jobs(Disk::kByItself);
    narrow.limits.queue_window_bytes_max = 1024;  // about ten of these
    narrow.limits.inflight_messages_max = 3;
    World world(narrow);
    publisher(world);
    publish_numbers(world, 1, 100);
    Client& c = consumes(world, "c");
    for (int i = 1; i <= 150; ++i) {
        c.gets(publish("job/a", std::to_string(i), 1, i));
        if (i <= 50) publish_numbers(world, 100 + i, 100 + i);
        c.sends(puback(i));
    }
    c.gets_nothing();
    EXPECT_EQ(world.books().held, 0U);
}

TEST_P(Queues, ExpiredMessagesAreNotDelivered) {
    shard::QueueOptions short_lived = queue("jobs", {"job/#"});
    short_lived.ttl_ms = 10'000;
    World world(with(short_lived));
    publisher(world);
    publish_numbers(world, 1, 1);
    world.advance(6s);
    publish_numbers(world, 2, 2);
    world.advance(6s);
    EXPECT_EQ(world.books().expired, 1U);
    consumes(world, "c").gets(publish("job/a", "2", 1, 1)).gets_nothing();
}

TEST_P(Queues, TheMessagesOwnExpiryCountsToo) {
    World world(with_jobs());
    const auto five = mqtt::PropertyList().add(mqtt::PropertyId::kMessageExpiryInterval, 5U);
    mqtt::Publish packet = publish("job/a", "1", 1, 1);
    packet.properties = five.view();
    world.client("p").sends(connect("p", kV5)).gets(connack()).sends(packet).gets(puback(1));
    world.advance(6s);
    EXPECT_EQ(world.books().expired, 1U);
    EXPECT_EQ(world.books().held, 0U);
}

// --- what is asked from outside ---

TEST_P(Queues, AreMadeWhileTheBrokerRunsAndStay) {
    WorldOptions with_disk = options();
    with_disk.disk = Disk::kByItself;
    World world(with_disk);
    const auto reply = ask(world, GetParam(), "new", shard::CreateQueue{queue("new", {"n/#"})});
    EXPECT_EQ(reply.ticket, 7U);
    EXPECT_EQ(reply.error, shard::QueueError::kNone) << reply.what;
    publisher(world);
    publish_numbers(world, 1, 1, "n/a");
    world.crash(GetParam());
    publisher(world);
    publish_numbers(world, 2, 2, "n/a");
    consumes(world, "c", "$queue/new").gets(publish("n/a", "1", 1, 1)).gets(publish("n/a", "2", 1, 2));
}

TEST_P(Queues, WithMistakesAreNotMade) {
    World world(options());
    const auto reply = ask(world, GetParam(), "new", shard::CreateQueue{queue("new", {"a#"})});
    EXPECT_EQ(reply.error, shard::QueueError::kInvalid);
    EXPECT_EQ(reply.what, "filters: 'a#' is no topic filter that a queue can have");
    EXPECT_EQ(ask(world, GetParam(), "new", shard::PurgeQueue{"new"}).error, shard::QueueError::kUnknown);
}

TEST_P(Queues, AreListedAndLookedInto) {
    World world(with_jobs());
    publisher(world);
    publish_numbers(world, 1, 5);
    Client& c = consumes(world, "c");
    c.gets(publish("job/a", "1", 1, 1)).sends(puback(1));
    world.advance(3s);
    const shard::QueueInfo jobs = info(world, GetParam(), "jobs");
    EXPECT_EQ(jobs.messages, 4U);
    EXPECT_EQ(jobs.unacknowledged, 4U);
    EXPECT_EQ(jobs.consumers, 1U);
    EXPECT_EQ(jobs.arrived, 5U);
    EXPECT_EQ(jobs.consumed, 1U);
    EXPECT_EQ(jobs.oldest_age_ms, 3000U);
    const auto peeked = ask(world, GetParam(), "jobs", shard::PeekQueue{"jobs", 0, 2}).messages;
    ASSERT_EQ(peeked.size(), 2U);
    EXPECT_EQ(as_text(peeked[0].message->payload()), "2");
    EXPECT_TRUE(peeked[0].is_unacknowledged);
    const auto rest =
        ask(world, GetParam(), "jobs", shard::PeekQueue{"jobs", peeked[1].position, 9}).messages;
    ASSERT_EQ(rest.size(), 2U);
    EXPECT_EQ(as_text(rest[1].message->payload()), "5");
}

TEST_P(Queues, ArePurgedOfWhatNobodyHas) {
    WorldOptions narrow = with_jobs(Disk::kByItself);
    narrow.limits.inflight_messages_max = 2;
    narrow.limits.queue_window_bytes_max = 1024;
    World world(narrow);
    publisher(world);
    publish_numbers(world, 1, 50);
    Client& c = consumes(world, "c");
    EXPECT_EQ(ask(world, GetParam(), "jobs", shard::PurgeQueue{"jobs"}).count, 48U);
    c.gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "2", 1, 2)).sends(puback(1)).gets_nothing();
    world.crash(GetParam());
    publisher(world);
    publish_numbers(world, 51, 51);
    c.sends(connect_again("c")).gets(connack(true));
    c.gets(publish("job/a", "2", 1, 1)).gets(publish("job/a", "51", 1, 2)).gets_nothing();
}

TEST_P(Queues, AreNotDeletedWhileSomebodyConsumes) {
    World world(with_jobs(Disk::kByItself));
    publisher(world);
    publish_numbers(world, 1, 3);
    Client& c = consumes(world, "c");
    EXPECT_EQ(ask(world, GetParam(), "jobs", shard::DeleteQueue{"jobs"}).error, shard::QueueError::kInUse);
    c.drops().takes_all();
    EXPECT_EQ(ask(world, GetParam(), "jobs", shard::DeleteQueue{"jobs"}).count, 3U);
    EXPECT_EQ(world.disk().count(shard::Table::kQueueEntries), 0U);
    EXPECT_EQ(world.disk().count(shard::Table::kQueues), 0U);
    EXPECT_EQ(world.books().held, 0U);
    // What it attracted finds nobody now; and a consumer that comes back has lost its subscription.
    c.sends(connect_again("c")).gets(connack(true)).gets_nothing();
    world.client("q").sends(connect("q", kV5)).gets(connack());
    world.client("q").sends(publish("job/a", "4", 1, 1)).gets(puback(1, ReasonCode::kNoMatchingSubscribers));
    EXPECT_EQ(world.statistics().subscriptions, 0U);
}

}  // namespace
}  // namespace dray::test
