// The bytes of streams on disk; see records_test.cpp.
#include "shard/stream_records.h"

#include <gtest/gtest.h>

#include "record_samples.h"

namespace dray::shard {
namespace {

using test::hex;
using test::kMessageBytes;
using test::message;

TEST(StreamRecords, AStream) {
    const StreamOptionsRecord record{0x0102, {"", {"a/#", "b"}, 0x0304, 5}};
    EXPECT_EQ(hex(encode(record)),
              "0201000000000000"
              "0403000000000000"
              "0500000000000000"
              "03000000612f23"
              "0100000062");
    const auto again = decode_stream(encode(record));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->number, record.number);
    EXPECT_EQ(again->options, record.options);
    EXPECT_FALSE(decode_stream(encode(record) + "x"));
}

TEST(StreamRecords, ARecordOfAStream) {
    const std::string bytes = encode_stream_record(Instant{9}, *message());
    EXPECT_EQ(hex(bytes), "0900000000000000" + std::string(kMessageBytes));
    EXPECT_EQ(bytes.size() + key_of(1, std::uint64_t{2}).size(), StreamLog::bytes_of(*message()));
    const auto again = decode_stream_record(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(again->at, Instant{9});
    EXPECT_EQ(again->publish.topic, "a/b");
    EXPECT_EQ(again->publish.properties.text(mqtt::PropertyId::kContentType), "c");
    EXPECT_EQ(as_text(again->publish.payload), "hello");
    EXPECT_EQ(again->expires_at, kNever);
}

TEST(StreamRecords, ASegmentOfAStream) {
    const StreamLog::Segment segment{77, Instant{3}, Instant{2}, 0x0102};
    EXPECT_EQ(hex(encode(segment)), "030000000000000002000000000000000201000000000000");
    const auto again = decode_stream_segment(encode(segment));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->begins_at, segment.begins_at);
    EXPECT_EQ(again->before_at, segment.before_at);
    EXPECT_EQ(again->bytes_before, segment.bytes_before);
    EXPECT_FALSE(decode_stream_segment(encode(segment) + "x"));
}

TEST(StreamRecords, ACursor) {
    const session::StreamCursor cursor{"@5", 0x0102, 7};
    EXPECT_EQ(hex(encode(cursor)), "020100000000000007000000000000004035");
    const auto again = decode_stream_cursor(encode(cursor));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->start, cursor.start);
    EXPECT_EQ(again->stream, cursor.stream);
    EXPECT_EQ(again->next, cursor.next);
}

}  // namespace
}  // namespace dray::shard
