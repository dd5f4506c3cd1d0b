#include "ctl/table.h"

#include <gtest/gtest.h>

#include "ctl/admin_client.h"

namespace dray::ctl {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
    Table table({{"NAME"}, {"MESSAGES", Table::Align::kRight}, {"FILTERS"}});
    table.add({"orders", "7", "order/#"});
    table.add({"göteborg", "1 234 567", ""});
    EXPECT_EQ(table.text(),
              "NAME       MESSAGES  FILTERS\n"
              "orders            7  order/#\n"
              "göteborg  1 234 567\n");
}

TEST(Table, WhatClientsSentDoesNotCommandTheTerminal) {
    EXPECT_EQ(printable("a\x1b[31m\n\x7f é"), "a\\x1b[31m\\x0a\\x7f é");
}

TEST(AdminClient, NamesBecomeOneSegmentOfAPath) {
    EXPECT_EQ(percent_encode("a b/c?é~"), "a%20b%2Fc%3F%C3%A9~");
}

}  // namespace
}  // namespace dray::ctl
