// That threads ask for short time slices, and change nothing else.
#include "reactor/time_slice.h"

#include <gtest/gtest.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

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

bool has_slices_of_their_own() {  // from Linux 6.12 on
    utsname system{};
    int major = 0;
    int minor = 0;
    if (::uname(&system) != 0) return false;
    std::istringstream release(system.release);
    char dot{};
    release >> major >> dot >> minor;
    return std::pair(major, minor) >= std::pair(6, 12);
}

// In a thread of its own: a slice stays with the thread that asked for it.
TEST(TimeSlice, IsAskedForAndNothingElseIsChanged) {
    std::thread([] {
        const int nice = ::getpriority(PRIO_PROCESS, 0);
        errno = 0;
        const bool is_taken = ask_for_time_slices_of(200us);
        if (!is_taken && (errno == EPERM || errno == ENOSYS)) GTEST_SKIP() << "it is forbidden here";
        EXPECT_TRUE(is_taken);
        EXPECT_EQ(::sched_getscheduler(0), SCHED_OTHER);
        EXPECT_EQ(::getpriority(PRIO_PROCESS, 0), nice);
        const std::string slice = own_slice();
        if (slice.empty() || !has_slices_of_their_own()) GTEST_SKIP() << "not on this kernel";
        EXPECT_EQ(slice, "200000");
    }).join();
}

}  // namespace
}  // namespace dray::reactor
