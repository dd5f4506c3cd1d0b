#include "app/config_table.h"

#include <gtest/gtest.h>

#include <set>

namespace dray::app {
namespace {

TEST(ConfigTable, EveryKeyIsThereOnceAndExplained) {
    std::set<std::string_view> names;
    for (const auto& row : config_rows()) {
        EXPECT_TRUE(names.insert(row.key.name).second) << row.key.name;
        EXPECT_NE(row.key.what, "") << row.key.name;
    }
}

TEST(ConfigTable, EveryDefaultIsAllowed) {
    Config config;
    for (const auto& row : config_rows()) {
        const auto shown = show(row.slot(config));
        if (!shown) continue;
        std::string text = *shown;
        if (text.starts_with('"')) text = text.substr(1, text.size() - 2);
        EXPECT_EQ(store_text(row.key, row.slot(config), text), "") << row.key.name << " = " << text;
        EXPECT_EQ(show(row.slot(config)), shown) << row.key.name;
    }
}

TEST(ConfigTable, EveryRangeIsKeptAtBothEnds) {
    Config config;
    for (const auto& row : config_rows()) {
        if (row.key.most == 0) continue;
        const auto try_number = [&](std::uint64_t number) {
            return store_text(row.key, row.slot(config), std::to_string(number));
        };
        EXPECT_EQ(try_number(row.key.least), "") << row.key.name;
        EXPECT_EQ(try_number(row.key.most), "") << row.key.name;
        EXPECT_EQ(show(row.slot(config)), std::to_string(row.key.most))
            << row.key.name << ": the slot is too narrow";
        EXPECT_NE(try_number(row.key.most + 1), "") << row.key.name;
        if (row.key.least > 0) {
            EXPECT_NE(try_number(row.key.least - 1), "") << row.key.name;
        }
        for (const char* wrong : {"", "-1", "1.5", "x", "1x", " 1", "99999999999999999999"}) {
            EXPECT_NE(store_text(row.key, row.slot(config), wrong), "") << row.key.name << " = " << wrong;
        }
    }
}

TEST(ConfigTable, ANearMissIsRecognised) {
    const std::string_view names[] = {"limits.packet_bytes_max", "listeners.mqtt", "threads"};
    EXPECT_EQ(nearest_name(names, "limits.packet_byte_max"), "limits.packet_bytes_max");
    EXPECT_EQ(nearest_name(names, "packet_bytes_max"), "limits.packet_bytes_max");
    EXPECT_EQ(nearest_name(names, "listener.mqtt"), "listeners.mqtt");
    EXPECT_EQ(nearest_name(names, "thread"), "threads");
    EXPECT_EQ(nearest_name(names, "colour"), "");
}

}  // namespace
}  // namespace dray::app
