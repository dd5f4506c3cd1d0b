// The bytes of queues on disk, as frozen as those of records_test.cpp.
#include "shard/queue_records.h"

#include <gtest/gtest.h>

#include "record_samples.h"

namespace dray::shard {
namespace {

using test::hex;
using test::kMessageBytes;
using test::message;

TEST(QueueRecords, AQueue) {
    QueueRecord record;
    record.number = 0x0102;
    QueueOptions& options = record.options;
    options = {"", {"a/#", "b"}, true, 1, 2, 3, Overflow::kDeadLetter, 4, 5, 6, "dlq", "topic", 7, 8};
    const std::string bytes = encode(record);
    EXPECT_EQ(hex(bytes),
              "0201000000000000"
              "05"
              "0100000000000000"
              "0200000000000000"
              "0300000000000000"
              "04000000"
              "05000000"
              "06000000"
              "0700000000000000"
              "0800000000000000"
              "03000000646c71"
              "05000000746f706963"
              "03000000612f23"
              "0100000062");
    const auto again = decode_queue(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->number, record.number);
    EXPECT_EQ(again->options, record.options);
    EXPECT_FALSE(decode_queue(bytes + "x"));
    EXPECT_FALSE(decode_queue(bytes.substr(0, bytes.size() - 1)));
}

TEST(QueueRecords, WhatAQueueHolds) {
    EXPECT_EQ(hex(encode(QueueMessages::Totals{1, 2, 3})),
              "0100000000000000"
              "0200000000000000"
              "0300000000000000");
    EXPECT_EQ(decode_totals(encode(QueueMessages::Totals{1, 2, 3}))->last_position, 3U);
    std::string page;
    append_queued(page, {Instant{5}, message()});
    EXPECT_EQ(hex(page),
              "1b000000"
              "0500000000000000" +
                  std::string(kMessageBytes));
    append_queued(page, {Instant{6}, message()});
    const auto records = decode_queue_page(page);
    ASSERT_EQ(records->size(), 2U);
    EXPECT_EQ((*records)[0].arrived_at, Instant{5});
    EXPECT_EQ((*records)[1].arrived_at, Instant{6});
    EXPECT_EQ((*records)[1].message->topic(), "a/b");
    const std::string deliveries = encode(DeliveriesRecord{2, Instant{9}});
    EXPECT_EQ(hex(deliveries),
              "02000000"
              "0900000000000000");
    EXPECT_EQ(decode_deliveries(deliveries)->deliveries, 2U);
    for (const std::string& cut : {page.substr(0, 11), deliveries.substr(0, 11)}) {
        EXPECT_FALSE(decode_queue_page(cut));
        EXPECT_FALSE(decode_deliveries(cut));
        EXPECT_FALSE(decode_totals(cut));
    }
    EXPECT_FALSE(decode_queue_page(page.substr(0, page.size() - 1)));
    EXPECT_FALSE(decode_queue_page(""));
    for (const auto kind : {QueuedKey::kProgress, QueuedKey::kPage, QueuedKey::kDeliveries}) {
        const auto key = parse_queued_key(queued_key(7, 3, kind));
        EXPECT_EQ(key->position, 3U);
        EXPECT_EQ(key->kind, kind);
    }
    EXPECT_FALSE(parse_queued_key(key_of(7)));
    EXPECT_FALSE(parse_queued_key(key_of(7, std::uint64_t{3})));
    EXPECT_FALSE(parse_queued_key(key_of(7, std::uint64_t{3}) + '\3'));
}

}  // namespace
}  // namespace dray::shard
