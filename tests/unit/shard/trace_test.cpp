// What an operator is told who follows a client, or the messages of a topic.
#include <algorithm>
#include <type_traits>

#include "queue_world.h"
#include "shard/traces.h"

namespace dray::test {
namespace {

DRAY_EACH_QUEUE_WORLD(Traces);

using shard::TraceReply;
using shard::TraceStep;

std::string text_of(const TraceStep::Value& value) {
    return std::visit(
        [](const auto& some) -> std::string {
            using Kind = std::decay_t<decltype(some)>;
            if constexpr (std::is_same_v<Kind, std::string>) {
                return some;
            } else if constexpr (std::is_same_v<Kind, bool>) {
                return some ? "yes" : "no";
            } else if constexpr (std::is_same_v<Kind, std::vector<std::string>>) {
                std::string all;
                for (const std::string& each : some) all += (all.empty() ? "" : ",") + each;
                return all;
            } else {
                return std::to_string(some);
            }
        },
        value);
}

std::string text_of(const TraceStep& step) {
    std::string text = step.what;
    if (!step.client.empty()) text += " client=" + step.client;
    for (const TraceStep::Detail& detail : step.details)
        text += std::string(" ") + detail.name + '=' + text_of(detail.value);
    return text;
}

// As the admin API asks: of all shards, again and again.
class Watcher {
  public:
    Watcher(World& world, shard::ShardIndex shards, shard::TraceWish wish, std::uint64_t number = 1)
        : world_(world), shards_(shards) {
        request_.trace = number;
        request_.wish = std::move(wish);
        EXPECT_TRUE(steps().empty());
        EXPECT_TRUE(steps().empty());
    }

    std::vector<TraceStep> steps() {
        std::vector<TraceStep> all;
        std::uint64_t publisher = 0;
        for (shard::ShardIndex i = 0; i < shards_; ++i) {
            auto reply = world_.ask<TraceReply>(i, request_);
            is_refused_ |= reply.is_refused;
            left_out_ += reply.left_out;
            if (reply.publisher != 0) publisher = reply.publisher;
            for (TraceStep& step : reply.steps) all.push_back(std::move(step));
        }
        if (publisher != 0) request_.publisher = publisher;
        std::ranges::stable_sort(all, {}, [](const TraceStep& step) { return step.is_from_afar; });
        return all;
    }
    std::vector<std::string> texts() {
        std::vector<std::string> all;
        for (const TraceStep& step : steps()) all.push_back(text_of(step));
        return all;
    }
    std::uint64_t left_out() const { return left_out_; }
    bool is_refused() const { return is_refused_; }

  private:
    World& world_;
    shard::ShardIndex shards_;
    shard::TraceRequest request_;
    std::uint64_t left_out_ = 0;
    bool is_refused_ = false;
};

shard::TraceWish client(std::string id) {
    return {.client_id = std::move(id), .filter = {}};
}
shard::TraceWish topic(std::string filter) {
    return {.client_id = {}, .filter = std::move(filter)};
}

// Whether one of them begins so; which those are is shown if not.
testing::AssertionResult has(const std::vector<std::string>& texts, std::string_view beginning) {
    if (std::ranges::any_of(texts, [&](const std::string& text) { return text.starts_with(beginning); }))
        return testing::AssertionSuccess();
    auto failure = testing::AssertionFailure() << "no '" << beginning << "' in:";
    for (const std::string& text : texts) failure << "\n  " << text;
    return failure;
}

TEST_P(Traces, AClientsLifeIsFollowedFromConnectToTheEndOfItsSession) {
    World world(options());
    Watcher watcher(world, GetParam(), client("c"));
    mqtt::Connect hello = connect("c", kV5);
    hello.user_name = "ann";
    hello.password = as_bytes("secret");
    hello.keep_alive_s = 30;
    hello.will = mqtt::Will{.topic = "gone", .payload = as_bytes("last words"), .properties = {}};
    Client& c = world.client("c").sends(hello).gets(connack());
    c.sends(subscribe(1, "a/#", 1)).gets(suback(1, 1));
    auto seen = watcher.texts();
    EXPECT_TRUE(
        has(seen,
            "connect client=c version=5.0 clean_start=yes keep_alive_s=30 user=ann password=yes will=gone"));
    EXPECT_TRUE(has(seen, "connack client=c reason=Success user=ann expiry=0 s"));
    EXPECT_TRUE(has(seen, "subscribe client=c packet=1 filter=a/# qos=1"));
    EXPECT_TRUE(has(seen, "suback client=c packet=1 reasons=Granted QoS 1"));
    for (const std::string& text : seen) EXPECT_EQ(text.find("secret"), std::string::npos) << text;

    c.sends(unsubscribe(2, "a/#")).takes<mqtt::Unsuback>();
    c.drops();
    seen = watcher.texts();
    EXPECT_TRUE(has(seen, "unsubscribe client=c packet=2 filter=a/#"));
    EXPECT_TRUE(has(seen, "unsuback client=c packet=2 reasons=Success"));
    EXPECT_TRUE(has(seen, "disconnect client=c reason=Unspecified error why=connection lost session=ends"));
    EXPECT_TRUE(has(seen, "will client=c topic=gone bytes=10"));
    EXPECT_TRUE(has(seen, "session-end client=c"));
}

TEST_P(Traces, AnotherClientIsNotFollowed) {
    World world(options());
    Watcher watcher(world, GetParam(), client("c"));
    world.client("d").sends(connect("d")).gets(connack()).sends(publish("a", "x", 1, 1)).gets(puback(1));
    EXPECT_TRUE(watcher.texts().empty());
}

TEST_P(Traces, WhoIsRefusedIsToldWhy) {
    WorldOptions closed = options();
    closed.allow_anonymous = false;
    World world(closed);
    Watcher watcher(world, GetParam(), client("c"));
    world.client("c").sends(connect("c", kV5)).gets(connack(false, ReasonCode::kNotAuthorized));
    const auto seen = watcher.texts();
    EXPECT_TRUE(has(seen, "connect client=c"));
    EXPECT_TRUE(has(seen, "connack client=c reason=Not authorized why=anonymous clients are not allowed"));
    EXPECT_TRUE(has(seen, "disconnect client=c reason=Not authorized"));
}

TEST_P(Traces, WhatAClientPublishesIsFollowedToItsTakersOnEveryShard) {
    World world(with_jobs());
    for (const char* name : {"s1", "s2", "s3", "s4"})
        world.client(name)
            .sends(connect(name))
            .gets(connack())
            .sends(subscribe(1, "job/#", 2))
            .gets(suback(1, 2));
    world.client("away").sends(connect_again("away")).gets(connack());
    world.client("away").sends(subscribe(1, "job/#", 1)).gets(suback(1, 1)).drops();
    Watcher watcher(world, GetParam(), client("p"));
    Client& p = publisher(world);
    EXPECT_TRUE(has(watcher.texts(), "connack client=p reason=Success"));

    p.sends(publish("job/a", "0", 0));
    auto seen = watcher.texts();
    EXPECT_TRUE(has(seen, "publish client=p topic=job/a qos=0 bytes=1"));
    EXPECT_TRUE(has(seen, "takers topic=job/a bytes=1 subscriptions="));
    for (const char* name : {"s1", "s2", "s3", "s4"})
        EXPECT_TRUE(has(seen, "deliver client=" + std::string(name) + " topic=job/a bytes=1 qos=0"));
    EXPECT_TRUE(has(seen, "discard client=away topic=job/a bytes=1 why=offline"));
    EXPECT_TRUE(std::ranges::any_of(seen, [](const std::string& text) {
        return text.starts_with("takers") && text.find("groups=$queue/jobs") != std::string::npos;
    }));

    p.sends(publish("job/a", "12", 1, 1)).gets(puback(1));
    p.sends(publish("job/b", "34", 2, 2)).gets(pubrec(2)).sends(pubrel(2)).gets(pubcomp(2));
    seen = watcher.texts();
    EXPECT_TRUE(has(seen, "publish client=p topic=job/a qos=1 bytes=2 packet=1"));
    EXPECT_TRUE(has(seen, "wait client=away topic=job/a bytes=2 qos=1 why=it is not connected before_it=0"));
    EXPECT_TRUE(has(seen, "puback client=p by=broker packet=1 reason=Success"));
    EXPECT_TRUE(has(seen, "publish client=p topic=job/b qos=2 bytes=2 packet=2"));
    EXPECT_TRUE(has(seen, "pubrec client=p by=broker packet=2 reason=Success"));
    EXPECT_TRUE(has(seen, "pubrel client=p by=client packet=2 reason=Success"));
    EXPECT_TRUE(has(seen, "pubcomp client=p by=broker packet=2 reason=Success"));

    // An acknowledgement of what it has published.
    world.client("s1").takes_all();
    world.client("s1").sends(puback(1));
    EXPECT_TRUE(has(watcher.texts(), "puback client=s1 by=client packet=1 reason=Success topic=job/a"));
    p.sends(publish("nobody/listens", "x", 1, 3)).gets(puback(3));
    EXPECT_TRUE(has(watcher.texts(), "takers topic=nobody/listens bytes=1 subscriptions=0 why=nobody"));
    for (const char* name : {"s2", "s3", "s4"}) world.client(name).takes_all();
}

TEST_P(Traces, TheMessagesOfATopicAreFollowedToTheirEnd) {
    shard::QueueOptions jobs = queue("jobs", {"job/#"});
    jobs.dead_letter_queue = "dead";
    jobs.deliveries_max = 1;
    jobs.ttl_ms = 5000;
    World world(with(jobs));
    publisher(world);
    publish_numbers(world, 1, 1);
    Watcher watcher(world, GetParam(), topic("job/+"));
    world.advance(5s);
    EXPECT_TRUE(
        has(watcher.texts(), "dead-letter topic=job/a bytes=1 from=$queue/jobs to=$queue/dead why=expired"));

    Client& c = consumes(world, "c", "$queue/jobs", 1, kV5);
    publish_numbers(world, 2, 2);
    c.takes_all();
    c.sends(puback(1, ReasonCode::kUnspecifiedError));
    const auto seen = watcher.texts();
    EXPECT_TRUE(has(seen, "publish client=p topic=job/a qos=1 bytes=1 packet=2"));
    EXPECT_TRUE(has(seen, "deliver client=c topic=job/a bytes=1 qos=1 packet=1"));
    EXPECT_TRUE(has(seen, "puback client=c by=client packet=1 reason=Unspecified error topic=job/a"));
    EXPECT_TRUE(
        has(seen, "return client=c topic=job/a bytes=1 from=$queue/jobs why=the client has refused it"));
    EXPECT_TRUE(
        has(seen, "dead-letter topic=job/a bytes=1 from=$queue/jobs to=$queue/dead why=max-deliveries"));
    world.client("p").sends(publish("other", "x"));
    EXPECT_TRUE(watcher.texts().empty());
}

TEST_P(Traces, ExpiryInASessionAndItsEndAreEndsOfAMessage) {
    World world(options());
    world.client("away").sends(connect_again("away", kV5)).gets(connack());
    world.client("away").sends(subscribe(1, "a", 1)).gets(suback(1, 1)).drops();
    Watcher watcher(world, GetParam(), topic("a"));
    world.client("p").sends(connect("p", kV5)).gets(connack());
    const mqtt::PropertyList two_seconds =
        mqtt::PropertyList().add(mqtt::PropertyId::kMessageExpiryInterval, 2U);
    mqtt::Publish brief = publish("a", "x", 1, 1);
    brief.properties = two_seconds.view();
    world.client("p").sends(brief).takes_all();
    EXPECT_TRUE(has(watcher.texts(), "publish client=p topic=a qos=1 bytes=1 packet=1 expiry_s=2"));
    world.advance(3s);
    world.client("away").sends(connect_again("away", kV5)).gets(connack(true));
    EXPECT_TRUE(has(watcher.texts(), "expire client=away topic=a bytes=1"));

    world.client("away").drops();
    world.client("p").sends(publish("a", "y", 1, 2)).takes_all();
    mqtt::Connect anew = connect("away", kV5);
    world.client("away").sends(anew).gets(connack());
    EXPECT_TRUE(has(watcher.texts(), "discard client=away topic=a bytes=1 why=session ended"));
}

TEST_P(Traces, PayloadsAreShownToWhomAskedForThemOnly) {
    World world(options());
    shard::TraceWish with = topic("#");
    with.with_payloads = true;
    Watcher blind(world, GetParam(), topic("#"), 1);
    Watcher sees(world, GetParam(), with, 2);
    world.client("p").sends(connect("p")).gets(connack()).sends(publish("a", "hello"));
    std::size_t payloads = 0;
    for (const TraceStep& step : sees.steps()) {
        if (!step.message) continue;
        EXPECT_EQ(as_text(step.message->payload()), "hello");
        ++payloads;
    }
    EXPECT_EQ(payloads, 1U);
    for (const TraceStep& step : blind.steps()) EXPECT_FALSE(step.message);
}

TEST_P(Traces, WhatIsTooMuchIsLeftOutAndCounted) {
    World world(options());
    shard::TraceWish few = client("p");
    few.steps_per_s_max = 10;
    Watcher watcher(world, GetParam(), few);
    world.client("p").sends(connect("p")).gets(connack());
    watcher.steps();
    world.advance(1s);
    for (int i = 0; i < 20; ++i) world.client("p").sends(publish("a", "x"));  // two steps each
    EXPECT_EQ(watcher.steps().size(), 10U);
    EXPECT_EQ(watcher.left_out(), 30U);
    world.advance(1s);
    world.client("p").sends(publish("a", "x"));
    EXPECT_EQ(watcher.steps().size(), 2U);
    EXPECT_EQ(watcher.left_out(), 30U);
}

TEST_P(Traces, OneThatNobodyAsksForEndsAndOnlySoManyAreUnderWay) {
    World world(options());
    world.client("p").sends(connect("p")).gets(connack());
    {
        Watcher forgotten(world, GetParam(), client("p"));
        world.client("p").sends(publish("a", "x"));
        world.advance(std::chrono::milliseconds(shard::Traces::kKeptMs + 1));
        EXPECT_TRUE(forgotten.steps().empty()) << "it has begun anew";
    }
    for (std::uint64_t number = 2; number <= shard::Traces::kTracesMax; ++number)
        EXPECT_FALSE(Watcher(world, GetParam(), client("p"), number).is_refused());
    EXPECT_TRUE(Watcher(world, GetParam(), client("p"), 99).is_refused());
    for (shard::ShardIndex i = 0; i < GetParam(); ++i)
        world.shard(i).receive(shard::kOutside, shard::TraceEnd{2}, world.now());
    EXPECT_FALSE(Watcher(world, GetParam(), client("p"), 99).is_refused());
}

}  // namespace
}  // namespace dray::test
