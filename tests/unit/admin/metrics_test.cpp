#include "admin/metrics.h"

#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <sstream>

namespace dray::admin {
namespace {

Overview some_overview() {
    Overview overview;
    overview.version = "dray \"9\"\\\n";
    overview.uptime_ms = 61'007;
    overview.shards = 2;
    overview.statistics.clients_connected = 7;
    shard::QueueInfo queue;
    queue.options.name = "orders";
    queue.messages = 12;
    queue.oldest_age_ms = 2500;
    queue.is_full = true;
    queue.is_alerting = true;
    queue.consumed = 40;
    overview.queues.push_back(queue);
    shard::StreamInfo stream;
    stream.options.name = "events";
    stream.first_offset = 3;
    stream.next_offset = 10;
    stream.readers = {{"a", "", 8, 2}, {"b", "", 4, 6}};
    overview.streams.push_back(stream);
    overview.statistics.books = shard::RootBooks(1);
    shard::RootBooks& roots = overview.statistics.books;
    shard::Books& order = roots[roots.root_of("order/new")];
    for (int i = 0; i < 5; ++i) order.hold();
    for (int i = 0; i < 3; ++i) order.deliver();
    order.discard(shard::Discard::kQueueFull);
    ++order.matched;  // a mistake, to be seen
    roots[roots.root_of("\"more\"")].hold();
    return overview;
}

std::set<std::string> lines(const std::string& text) {
    std::set<std::string> found;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (!found.insert(line).second) ADD_FAILURE() << "twice: " << line;
    }
    return found;
}

TEST(Metrics, TellTheNumbersAndTheBooks) {
    const auto found = lines(metrics(some_overview()));
    for (const char* line : {
             R"(dray_build_info{version="dray \"9\"\\\n"} 1)",
             "dray_uptime_seconds 61.007",
             "dray_shards 2",
             "dray_clients_connected 7",
             R"(dray_queue_messages{queue="orders"} 12)",
             R"(dray_queue_oldest_age_seconds{queue="orders"} 2.500)",
             R"(dray_queue_full{queue="orders"} 1)",
             R"(dray_queue_alert{queue="orders"} 1)",
             R"(dray_queue_consumed_total{queue="orders"} 40)",
             R"(dray_stream_next_offset{stream="events"} 10)",
             R"(dray_stream_readers{stream="events"} 2)",
             R"(dray_stream_lag_messages_max{stream="events"} 6)",
             R"(dray_messages_matched{root="order"} 6)",
             R"(dray_messages_delivered_total{root="order"} 3)",
             R"(dray_messages_held{root="order"} 1)",
             R"(dray_messages_held{root="#"} 1)",
             R"(dray_messages_discarded_total{root="order",reason="queue full"} 1)",
             R"(dray_messages_discarded_total{root="order",reason="slow reader"} 0)",
             "dray_books_balance 0",
         }) {
        EXPECT_TRUE(found.contains(line)) << line;
    }
}

// HELP, TYPE, then the samples of that family; counters end in _total and nothing else does.
TEST(Metrics, KeepTheExpositionFormat) {
    std::istringstream in(metrics(some_overview()));
    const std::regex sample(R"(([a-z_]+)(\{([a-z_]+="([^"\\\n]|\\["\\n])*",?)+\})? [0-9]+(\.[0-9]+)?)");
    std::string line;
    std::string family;
    std::string kind;
    std::set<std::string> families;
    while (std::getline(in, line)) {
        std::smatch parts;
        if (std::regex_match(line, parts, std::regex("# HELP ([a-z_]+) .+"))) {
            family = parts[1];
            EXPECT_TRUE(families.insert(family).second) << "two families " << family;
            ASSERT_TRUE(std::getline(in, line));
            ASSERT_TRUE(std::regex_match(line, parts, std::regex("# TYPE ([a-z_]+) (counter|gauge)")))
                << line;
            EXPECT_EQ(parts[1], family);
            EXPECT_EQ(parts[2] == "counter", family.ends_with("_total")) << family;
        } else {
            ASSERT_TRUE(std::regex_match(line, parts, sample)) << line;
            EXPECT_EQ(parts[1], family) << line;
        }
    }
    EXPECT_GT(families.size(), 30U);
}

}  // namespace
}  // namespace dray::admin
