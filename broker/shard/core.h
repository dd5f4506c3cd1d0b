// All that one shard holds. Private to this room: the handlers share it, one file for each packet type or
// concept.
#pragma once

#include <array>

#include "base/random.h"
#include "shard/collection.h"
#include "shard/delayed.h"
#include "shard/effects.h"
#include "shard/failed_logins.h"
#include "shard/links.h"
#include "shard/load_averages.h"
#include "shard/parking.h"
#include "shard/persistence.h"
#include "shard/queue_consumers.h"
#include "shard/queue_overflow.h"
#include "shard/queues.h"
#include "shard/replays.h"
#include "shard/sessions.h"
#include "shard/shard.h"
#include "shard/shared_groups.h"
#include "shard/stream_readers.h"
#include "shard/stream_serving.h"
#include "shard/streams.h"
#include "shard/sys_topics.h"
#include "shard/tickets.h"
#include "shard/timers.h"
#include "shard/topic_counts.h"
#include "shard/traces.h"
#include "shard/watches.h"
#include "topics/retained_tree.h"
#include "topics/subscription_tree.h"

namespace dray::shard {

// One that takes a message: a subscription that matched, or several of one session made one.
struct Taker {
    std::uint32_t session = 0;  // its index
    mqtt::SubscriptionOptions options;
    std::uint32_t subscription_id = 0;
    std::uint16_t shared = 0;
    std::vector<std::uint32_t> more_subscription_ids;
};

struct Core {
    Core(ShardOptions shard_options, const StorePort& store_port, Instant start)
        : options(std::move(shard_options)),
          store(store_port),
          now(start),
          started(start),
          random(options.seed + options.index),
          sessions(options.index),
          subscriptions(random.next()),
          retained(random.next()),
          full_queues(random.next()),
          failed_by_user({options.limits.user_login_failures_max, options.limits.login_delay_ms,
                          options.limits.login_delay_ms_max}),
          failed_by_address({options.limits.address_login_failures_max, options.limits.login_delay_ms,
                             options.limits.login_delay_ms_max}),
          served_readers(options.limits.stream_blocks_bytes_max),
          sys_values(random.next()),
          loads_at(start) {
        statistics.books = RootBooks(options.limits.books_roots_max);
    }

    ShardOptions options;
    const StorePort& store;
    Instant now;
    Instant started;
    Random random;

    Effects effects;
    Statistics statistics;
    Links links;
    Sessions sessions;
    topics::SubscriptionTree subscriptions;
    topics::RetainedTree<session::MessageRef> retained;
    SharedGroups groups;
    Queues queues;
    QueueOutcomes queue_outcomes;
    FullQueues full_queues;
    Parking parking;
    FailedLogins failed_by_user;
    FailedLogins failed_by_address;
    Timers timers;
    Tickets tickets;
    Replays replays;
    Persistence persistence;
    Collections collections;
    Delayed delayed;
    Streams streams;
    ServedReaders served_readers;
    StreamReaders stream_readers;
    TopicCounts topic_counts;
    Traces traces;
    Watches watches;
    std::uint64_t connected = 0;  // clients
    unsigned pressure = 0;        // percent of the ceilings of memory and disk (pressure.h)

    // Shard 0: what the other shards reported last, and what $SYS said last.
    std::vector<Statistics> reports;
    topics::RetainedTree<session::MessageRef> sys_values;
    std::uint64_t clients_max = 0;
    std::array<LoadAverage, kLoadCount> loads;
    Instant loads_at;

    // Scratch of one publish, kept for its memory.
    topics::MatchResult match;
    std::vector<Taker> takers;
    std::uint64_t publish_stamp = 0;

    const Limits& limits() const { return options.limits; }
    bool is_alone() const { return options.count == 1; }
    void forward(ShardIndex to, ShardMessage message) {
        effects.forwards.push_back({to, std::move(message)});
    }
    Link* link_of(const session::Session& session) {
        return session.is_connected() ? &links.at(session.link) : nullptr;
    }
};

// Which shard a name belongs to: a client's sessions, a topic's retained message, a shared group, a
// queue. The same on
// every run and machine.
ShardIndex home_of(std::string_view name, ShardIndex shards);

}  // namespace dray::shard
