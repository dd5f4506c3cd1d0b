#include "app/config_table.h"

#include <gtest/gtest.h>

#include <set>

namespace dray::app {
namespace {

template <typename Owner>
class ConfigTable : public testing::Test {};
using Owners = testing::Types<Config, ListenerConfig, net::NamedCertificate, shard::QueueOptions>;
TYPED_TEST_SUITE(ConfigTable, Owners);

TYPED_TEST(ConfigTable, EveryKeyIsThereOnceAndExplained) {
    std::set<std::string_view> names;
    for (const auto& row : rows<TypeParam>()) {
        EXPECT_TRUE(names.insert(row.key.name).second) << row.key.name;
        EXPECT_NE(row.key.what, "") << row.key.name;
    }
}

TYPED_TEST(ConfigTable, EveryDefaultIsAllowed) {
    TypeParam owner;
    for (const auto& row : rows<TypeParam>()) {
        const auto shown = show(row.slot(owner));
        if (!shown) continue;
        std::string text = *shown;
        if (text.starts_with('"') || text.starts_with('[')) text = text.substr(1, text.size() - 2);
        EXPECT_EQ(store_text(row.key, row.slot(owner), text), "") << row.key.name << " = " << text;
        EXPECT_EQ(show(row.slot(owner)), shown) << row.key.name;
    }
}

TYPED_TEST(ConfigTable, EveryRangeIsKeptAtBothEnds) {
    TypeParam owner;
    for (const auto& row : rows<TypeParam>()) {
        if (row.key.most == 0) continue;
        const auto try_number = [&](std::uint64_t number) {
            return store_text(row.key, row.slot(owner), std::to_string(number));
        };
        EXPECT_EQ(try_number(row.key.least), "") << row.key.name;
        EXPECT_EQ(try_number(row.key.most), "") << row.key.name;
        EXPECT_EQ(show(row.slot(owner)), std::to_string(row.key.most))
            << row.key.name << ": the slot is too narrow";
        EXPECT_NE(try_number(row.key.most + 1), "") << row.key.name;
        if (row.key.least > 0) {
            EXPECT_NE(try_number(row.key.least - 1), "") << row.key.name;
        }
        for (const char* wrong : {"", "-1", "1.5", "x", "1x", " 1", "99999999999999999999"}) {
            EXPECT_NE(store_text(row.key, row.slot(owner), wrong), "") << row.key.name << " = " << wrong;
        }
    }
}

TEST(ConfigNames, ANearMissIsRecognised) {
    const std::string_view names[] = {"limits.packet_bytes_max", "listeners.mqtt", "threads"};
    EXPECT_EQ(nearest_name(names, "limits.packet_byte_max"), "limits.packet_bytes_max");
    EXPECT_EQ(nearest_name(names, "packet_bytes_max"), "limits.packet_bytes_max");
    EXPECT_EQ(nearest_name(names, "listener.mqtt"), "listeners.mqtt");
    EXPECT_EQ(nearest_name(names, "thread"), "threads");
    EXPECT_EQ(nearest_name(names, "colour"), "");
}

}  // namespace
}  // namespace dray::app
