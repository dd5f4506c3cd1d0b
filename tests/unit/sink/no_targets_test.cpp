// A program that was built without sinks.
#include <gtest/gtest.h>

#include "sink/sink_options.h"

namespace dray::sink {
namespace {

TEST(NoTargets, RefuseEverySinkBeforeAllElse) {
    SinkOptions orders;
    orders.name = "orders";
    const auto mistake = find_mistake(orders);
    ASSERT_TRUE(mistake);
    EXPECT_EQ(mistake->option, "kind");
    EXPECT_EQ(mistake->what, "this program was built without sinks (-DDRAY_SINKS=OFF)");
}

}  // namespace
}  // namespace dray::sink
