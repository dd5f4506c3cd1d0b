// Retries, dead letters and their way back.
#include <map>

#include "queue_world.h"

namespace dray::test {
namespace {

DRAY_EACH_QUEUE_WORLD(DeadLetters);

shard::QueueOptions jobs(std::uint32_t deliveries_max = 0, std::uint32_t retry_delay_ms = 0) {
    shard::QueueOptions options = queue("jobs", {"job/#"});
    options.dead_letter_queue = "dead";
    options.deliveries_max = deliveries_max;
    options.retry_delay_ms = retry_delay_ms;
    return options;
}

Client& consumes_v5(World& world, const std::string& name, std::string_view filter = "$queue/jobs",
                    int qos = 1) {
    return consumes(world, name, filter, qos, kV5);
}

mqtt::Puback refuses(int id) {
    return puback(id, ReasonCode::kUnspecifiedError);
}

std::map<std::string, std::string> properties_of(const mqtt::Publish& publish) {
    std::map<std::string, std::string> all;
    for (const mqtt::Property& property : publish.properties)
        all[std::string(property.text)] = property.value;
    return all;
}

TEST_P(DeadLetters, ARefusedMessageComesAgainAtOnceOrAfterADelayThatDoubles) {
    World world(with(jobs()));
    Client& c = consumes_v5(world, "c");
    publisher(world);
    publish_numbers(world, 1, 1);
    c.gets(publish("job/a", "1", 1, 1)).sends(refuses(1)).gets(publish("job/a", "1", 1, 2)).sends(puback(2));
    EXPECT_EQ(world.books().held, 0U);

    shard::QueueOptions slow = jobs(0, 1000);
    slow.retry_delay_ms_max = 3000;
    World patient(with(slow));
    Client& d = consumes_v5(patient, "d");
    publisher(patient);
    publish_numbers(patient, 1, 2);
    d.gets(publish("job/a", "1", 1, 1)).gets(publish("job/a", "2", 1, 2)).sends(puback(2));
    int id = 1;
    for (const int delay_ms : {1000, 2000, 3000, 3000}) {
        d.sends(refuses(id)).gets_nothing();
        patient.advance(std::chrono::milliseconds(delay_ms - 1));
        d.gets_nothing();
        patient.advance(1ms);
        id = id == 1 ? 3 : id + 1;
        d.gets(publish("job/a", "1", 1, id));
    }
    EXPECT_EQ(info(patient, GetParam(), "jobs").redelivered, 4U);
}

TEST_P(DeadLetters, AtQoS2PubrecRefuses) {
    World world(with(jobs(2)));
    Client& c = consumes_v5(world, "c", "$queue/jobs", 2);
    publisher(world);
    publish_numbers(world, 1, 1);
    c.gets(publish("job/a", "1", 2, 1)).sends(pubrec(1, ReasonCode::kUnspecifiedError));
    c.gets(publish("job/a", "1", 2, 2)).sends(pubrec(2, ReasonCode::kUnspecifiedError)).gets_nothing();
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 1U);
}

TEST_P(DeadLetters, TellWhyAndWhereFrom) {
    World world(with(jobs(2)));
    world.advance(1s);
    Client& c = consumes_v5(world, "c");
    const auto mine = mqtt::PropertyList().add_user("order", "7").add(mqtt::PropertyId::kContentType, "text");
    mqtt::Publish packet = publish("job/a", "bad", 1, 1);
    packet.properties = mine.view();
    world.client("p").sends(connect("p", kV5)).gets(connack()).sends(packet).gets(puback(1));
    c.takes<mqtt::Publish>();
    c.sends(refuses(1)).takes<mqtt::Publish>();
    c.sends(refuses(2)).gets_nothing();

    Client& mourner = consumes_v5(world, "mourner", "$queue/dead");
    const auto dead = mourner.takes<mqtt::Publish>();
    EXPECT_EQ(dead.topic, "job/a");
    EXPECT_EQ(as_text(dead.payload), "bad");
    EXPECT_EQ(dead.properties.text(mqtt::PropertyId::kContentType), "text");
    const auto story = properties_of(dead);
    EXPECT_EQ(story.at("order"), "7");
    EXPECT_EQ(story.at("dead-letter-reason"), "max-deliveries");
    EXPECT_EQ(story.at("dead-letter-queue"), "jobs");
    EXPECT_EQ(story.at("dead-letter-topic"), "job/a");
    EXPECT_EQ(story.at("dead-letter-deliveries"), "2");
    EXPECT_EQ(story.at("dead-letter-time"), "1970-01-01T00:16:41.000Z");
    mourner.sends(puback(1));
    const shard::Books books = world.books();
    EXPECT_EQ(books.dead_lettered, 1U);
    EXPECT_EQ(books.held, 0U);
}

TEST_P(DeadLetters, AreWhatExpiredToo) {
    shard::QueueOptions options = jobs();
    options.ttl_ms = 1000;
    World world(with(options));
    publisher(world);
    publish_numbers(world, 1, 2);
    world.advance(2s);
    EXPECT_EQ(world.books().expired, 0U);
    EXPECT_EQ(world.books().dead_lettered, 2U);
    Client& mourner = consumes_v5(world, "mourner", "$queue/dead");
    EXPECT_EQ(properties_of(mourner.takes<mqtt::Publish>()).at("dead-letter-reason"), "expired");
    mourner.takes<mqtt::Publish>();
}

TEST_P(DeadLetters, AConsumerThatLeavesCountsAsADeliveryIfItWasSent) {
    World world(with(jobs(2)));
    publisher(world);
    publish_numbers(world, 1, 1);
    for (int i = 0; i < 2; ++i) {
        Client& c = world.client("c").sends(connect("c")).gets(connack());
        c.sends(subscribe(1, "$queue/jobs", 1)).gets(suback(1, 1)).gets(publish("job/a", "1", 1, 1));
        c.drops();
    }
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 0U);
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 1U);
}

// Larger than the consumer takes: nobody would ever get it.
TEST_P(DeadLetters, AreWhatIsTooLargeForAConsumer) {
    World world(with(jobs()));
    const auto small = mqtt::PropertyList().add(mqtt::PropertyId::kMaximumPacketSize, 40U);
    mqtt::Connect narrow = connect("narrow", kV5);
    narrow.properties = small.view();
    world.client("narrow").sends(narrow).gets(connack());
    world.client("narrow").sends(subscribe(1, "$queue/jobs", 1)).gets(suback(1, 1));
    publisher(world).sends(publish("job/a", std::string(100, 'x'), 1, 1)).gets(puback(1));
    Client& mourner = consumes_v5(world, "mourner", "$queue/dead");
    EXPECT_EQ(properties_of(mourner.takes<mqtt::Publish>()).at("dead-letter-reason"), "undeliverable");
}

TEST_P(DeadLetters, AreAsDurableAsWhatTheyWere) {
    World world(with(jobs(2), Disk::kByItself));
    Client& c = consumes_v5(world, "c");
    publisher(world);
    publish_numbers(world, 1, 1);
    c.gets(publish("job/a", "1", 1, 1)).sends(refuses(1)).gets(publish("job/a", "1", 1, 2)).sends(refuses(2));
    world.crash(GetParam());
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 0U);
    EXPECT_EQ(ask(world, GetParam(), "dead", shard::PeekQueue{"dead"}).messages.size(), 1U);
}

TEST_P(DeadLetters, TheCountOfDeliveriesAndTheDelaySurvive) {
    World world(with(jobs(2, 10'000), Disk::kByItself));
    Client& c = consumes_v5(world, "c");
    publisher(world);
    publish_numbers(world, 1, 1);
    c.gets(publish("job/a", "1", 1, 1)).sends(refuses(1)).gets_nothing();
    world.crash(GetParam());  // takes a second
    c.sends(connect_again("c", kV5)).gets(connack(true)).gets_nothing();
    world.advance(8s);
    c.gets_nothing();
    world.advance(1s);
    c.gets(publish("job/a", "1", 1, 1)).sends(refuses(1)).gets_nothing();
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 1U);
}

TEST_P(DeadLetters, OfAKeyLetTheNextOneThrough) {
    shard::QueueOptions options = jobs(1);
    options.key = "topic";
    World world(with(options));
    Client& c = consumes_v5(world, "c");
    publisher(world);
    publish_numbers(world, 1, 2);
    c.gets(publish("job/a", "1", 1, 1)).gets_nothing();
    c.sends(refuses(1)).gets(publish("job/a", "2", 1, 2)).gets_nothing();
}

// --- and back ---

void kill(World& world, int first, int last) {
    Client& c = consumes_v5(world, "killer");
    publish_numbers(world, first, last);
    for (auto packets = c.takes_all(); !packets.empty(); packets = c.takes_all()) {
        for (const auto& packet : packets)
            c.sends(refuses(static_cast<int>(std::get<mqtt::Publish>(packet).packet_id)));
    }
    c.sends(unsubscribe(2, "$queue/jobs")).gets(unsuback(2)).drops();
}

TEST_P(DeadLetters, AreRedrivenToWhereTheyCameFrom) {
    World world(with(jobs(1), Disk::kByItself));
    publisher(world);
    kill(world, 1, 3);
    EXPECT_EQ(ask(world, GetParam(), "dead", shard::RedriveQueue{"dead", 0, 0}).count, 3U);
    world.run();
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 0U);
    EXPECT_FALSE(info(world, GetParam(), "dead").is_redriving);
    Client& c = consumes_v5(world, "c");
    for (int i = 1; i <= 3; ++i) {
        const auto message = c.takes<mqtt::Publish>();
        EXPECT_EQ(as_text(message.payload), std::to_string(i));
        EXPECT_TRUE(message.properties.empty()) << "it tells of its death";
        c.sends(puback(i));
    }
    EXPECT_EQ(world.books().held, 0U);
}

TEST_P(DeadLetters, AreRedrivenAtARateAndOnlyAsManyAsAskedFor) {
    World world(with(jobs(1)));
    publisher(world);
    kill(world, 1, 10);
    ask(world, GetParam(), "dead", shard::RedriveQueue{"dead", 2, 6});
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 1U);
    world.advance(1s);
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 3U);
    EXPECT_TRUE(info(world, GetParam(), "dead").is_redriving);
    world.advance(10s);
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 6U);
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 4U);
    EXPECT_FALSE(info(world, GetParam(), "dead").is_redriving);
    ask(world, GetParam(), "dead", shard::RedriveQueue{"dead", 1, 0});
    ask(world, GetParam(), "dead", shard::RedriveQueue{"dead", 0, 0, true});
    world.advance(10s);
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 7U);
}

// The window of the dead-letter queue is full of what is on its way to another shard.
TEST_P(DeadLetters, AreRedrivenThroughASmallWindow) {
    WorldOptions small = with(jobs(1), Disk::kByItself);
    small.limits.queue_window_bytes_max = 1500;
    World world(small);
    publisher(world);
    kill(world, 1, 40);
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 40U);
    ask(world, GetParam(), "dead", shard::RedriveQueue{"dead", 0, 0});
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 0U);
    EXPECT_EQ(info(world, GetParam(), "jobs").messages, 40U);
}

TEST_P(DeadLetters, WhatIsNoDeadLetterStays) {
    shard::QueueOptions dead = queue("dead", {"direct/#"});
    World world(with(dead));
    publisher(world);
    publish_numbers(world, 1, 2, "direct/a");
    ask(world, GetParam(), "dead", shard::RedriveQueue{"dead", 0, 0});
    EXPECT_EQ(info(world, GetParam(), "dead").messages, 2U);
    EXPECT_FALSE(info(world, GetParam(), "dead").is_redriving);
}

}  // namespace
}  // namespace dray::test
