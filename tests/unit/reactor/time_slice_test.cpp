// That threads ask for short time slices, and change nothing else.
#include "reactor/time_slice.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>

#include <fstream>
#include <string>
#include <thread>

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;

// As the kernel tells it of the calling thread; empty where it does not.
std::string own_slice() {
    std::ifstream scheduling("/proc/thread-self/sched");
    for (std::string name, colon, value; scheduling >> name;) {
        if (name == "se.slice" && scheduling >> colon >> value) return value;
    }
    return {};
}

// In a thread of its own: a slice stays with the thread that asked for it.
TEST(TimeSlice, IsAskedForAndNothingElseIsChanged) {
    std::thread([] {
        const int nice = ::getpriority(PRIO_PROCESS, 0);
        const std::string before = own_slice();
        const bool is_taken = ask_for_time_slices_of(200us);
        EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
        EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), nice);
        const std::string after = own_slice();
        if (!is_taken || after == before) GTEST_SKIP() << "this kernel gives all threads the same slices";
        EXPECT_EQ(after, "200000");
    }).join();
}

}  // namespace
}  // namespace dray::reactor
