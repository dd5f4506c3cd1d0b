#include "base/web_origin.h"

#include <gtest/gtest.h>

namespace dray {
namespace {

TEST(WebOrigin, PagesOfThisMachineAreThoseUnderItsOwnNames) {
    for (const char* origin : {"http://localhost", "http://localhost:8081", "https://127.0.0.1:8081",
                               "http://[::1]:8081", "http://127.8.9.1"}) {
        EXPECT_TRUE(is_page_of_this_machine(origin)) << origin;
    }
    for (const char* origin :
         {"null", "", "http://", "http://:8081", "localhost:8081", "http://evil.example",
          "http://127.0.0.1.evil.example", "http://localhost.evil.example:8081", "file://"}) {
        EXPECT_FALSE(is_page_of_this_machine(origin)) << origin;
    }
}

TEST(WebOrigin, AHostIsNamedWithOrWithoutItsPort) {
    EXPECT_EQ(without_port("localhost:8081"), "localhost");
    EXPECT_EQ(without_port("[::1]:8081"), "[::1]");
    EXPECT_EQ(without_port("[::1]"), "[::1]");
    EXPECT_TRUE(names_this_machine(""));
    EXPECT_TRUE(names_this_machine("[::1]"));
    EXPECT_FALSE(names_this_machine("192.0.2.1:8081"));
}

}  // namespace
}  // namespace dray
