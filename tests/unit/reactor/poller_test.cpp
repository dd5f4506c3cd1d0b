#include "reactor/poller.h"

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <deque>
#include <future>
#include <string_view>
#include <thread>
#include <vector>

#include "each_poller.h"
#include "reactor/file_descriptor.h"

namespace dray::reactor {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

constexpr std::uint32_t kEdges = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
constexpr auto kPatience = 30s;

class Source final : public EventSource {
    void on_events(std::uint32_t) override {}
};

// Two ends of a stream; ours is the one that is watched.
class Stream {
  public:
    Stream() { renew(); }
    void renew() {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
        ours_ = FileDescriptor(ends[0]);
        theirs_ = FileDescriptor(ends[1]);
    }
    int ours() const { return ours_.number(); }
    void close_ours() { ours_ = FileDescriptor(); }
    void close_theirs() { theirs_ = FileDescriptor(); }
    void they_write() { EXPECT_EQ(::write(theirs_.number(), "x", 1), 1); }
    bool they_see_the_end() {
        char byte = 0;
        return ::read(theirs_.number(), &byte, 1) >= 0 || errno == ECONNRESET;  // that is with bytes unread
    }

  private:
    FileDescriptor ours_;
    FileDescriptor theirs_;
};

class Pollers : public EachPoller {
  protected:
    // What has come for `source` until there is some of `wanted`.
    std::uint32_t events_until(std::uint32_t wanted) {
        std::uint32_t all = 0;
        const auto deadline = Steady::now() + kPatience;
        while ((all & wanted) == 0 && Steady::now() < deadline) {
            for (const auto& [who, events] : poller->await(1s)) {
                EXPECT_EQ(who, &source);
                all |= events;
            }
        }
        return all;
    }
    bool is_silent() { return poller->await(0ms).empty() && poller->await(20ms).empty(); }

    std::unique_ptr<Poller> poller = make();
    Stream stream;
    Source source;
};
INSTANTIATE_TEST_SUITE_P(With, Pollers, kEachPoller, name_of_poller);

TEST_P(Pollers, TellOfEachEdgeOnce) {
    ASSERT_FALSE(poller->add(stream.ours(), source, kEdges));
    EXPECT_EQ(events_until(EPOLLOUT) & ~EPOLLOUT, 0U);
    EXPECT_TRUE(is_silent());
    for (int i = 0; i < 3; ++i) {
        stream.they_write();
        EXPECT_NE(events_until(EPOLLIN) & EPOLLIN, 0U);
        EXPECT_TRUE(is_silent()) << "though nobody has read it";
    }
    stream.close_theirs();
    EXPECT_NE(events_until(EPOLLRDHUP) & EPOLLHUP, 0U);
}

TEST_P(Pollers, TellOfALevelAsLongAsItLasts) {
    ASSERT_FALSE(poller->add(stream.ours(), source, EPOLLIN));
    EXPECT_TRUE(is_silent());
    stream.they_write();
    for (int i = 0; i < 3; ++i) EXPECT_EQ(events_until(EPOLLIN), EPOLLIN);
    poller->change(stream.ours(), source, 0);
    EXPECT_TRUE(is_silent());
    poller->change(stream.ours(), source, EPOLLIN);
    EXPECT_EQ(events_until(EPOLLIN), EPOLLIN);
}

TEST_P(Pollers, HearNoMoreOfWhatWasRemoved) {
    ASSERT_FALSE(poller->add(stream.ours(), source, kEdges));
    events_until(EPOLLOUT);
    stream.they_write();
    poller->remove(stream.ours());
    stream.they_write();
    EXPECT_TRUE(is_silent());
    // And keep no file open.
    stream.close_ours();
    poller->await(0ms);
    EXPECT_TRUE(stream.they_see_the_end());
}

// The next connection often gets the number of the one that has just left.
TEST_P(Pollers, TakeTheSameNumberForAnotherFile) {
    for (int i = 0; i < 100; ++i) {
        ASSERT_FALSE(poller->add(stream.ours(), source, kEdges));
        if (i % 3 != 0) events_until(EPOLLOUT);
        if (i % 3 == 2) stream.they_write();
        const int number = stream.ours();
        poller->remove(number);
        stream.close_ours();
        stream.renew();
        ASSERT_EQ(stream.ours(), number);
    }
    ASSERT_FALSE(poller->add(stream.ours(), source, kEdges));
    EXPECT_EQ(events_until(EPOLLOUT), EPOLLOUT);
    stream.they_write();
    EXPECT_NE(events_until(EPOLLIN) & EPOLLIN, 0U);
}

// More than a ring has room for, both ways.
TEST_P(Pollers, LoseNothingOfMany) {
    constexpr std::size_t kMany = 6000;
    std::deque<FileDescriptor> files;
    std::deque<Source> sources(kMany);
    for (Source& each : sources) {
        files.emplace_back(::eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC));
        ASSERT_TRUE(files.back().is_open());
        ASSERT_FALSE(poller->add(files.back().number(), each, EPOLLIN | EPOLLET));
    }
    for (int round = 0; round < 2; ++round) {
        std::vector<EventSource*> heard;
        const auto deadline = Steady::now() + kPatience;
        while (heard.size() < kMany && Steady::now() < deadline) {
            for (const auto& event : poller->await(1s)) heard.push_back(event.source);
        }
        std::ranges::sort(heard);
        EXPECT_TRUE(std::ranges::adjacent_find(heard) == heard.end());
        EXPECT_EQ(heard.size(), kMany);
        EXPECT_TRUE(is_silent());
        for (const FileDescriptor& file : files) ::eventfd_write(file.number(), 1);
    }
}

TEST_P(Pollers, AWaitThatGathersEndsWithoutThemAll) {
    ASSERT_FALSE(poller->add(stream.ours(), source, EPOLLIN | EPOLLET));
    stream.they_write();
    std::size_t heard = 0;
    for (const auto deadline = Steady::now() + kPatience; heard == 0 && Steady::now() < deadline;) {
        poller->tell_news();
        poller->wait(-1ms, {.events = 3, .time = 1ms});
        poller->collect();
        heard = poller->take_ready().size();
    }
    EXPECT_EQ(heard, 1U);
}

// It is quiet again once nobody gathers any more.
TEST_P(Pollers, AWaitThatDoesNotGatherIsNotCutShort) {
    ASSERT_FALSE(poller->add(stream.ours(), source, EPOLLIN | EPOLLET));
    for (int i = 0; i < 3; ++i) {
        stream.they_write();
        poller->tell_news();
        poller->wait(-1ms, {.events = 2, .time = 1ms});
        poller->collect();
        poller->take_ready();
    }
    const auto lasts = [&] {
        const auto began = Steady::now();
        poller->await(50ms);
        return Steady::now() - began >= 50ms;
    };
    int cut_short = 0;
    while (!lasts() && cut_short < 20) ++cut_short;
    EXPECT_LT(cut_short, 20);
}

// One write after the other, from another thread: one wait hears of them all.
TEST_P(Pollers, AWaitThatGathersHearsOfSeveralThatComeOneByOne) {
    std::array<Stream, 4> streams;
    for (Stream& each : streams) ASSERT_FALSE(poller->add(each.ours(), source, EPOLLIN | EPOLLET));
    // The next is written once the wait has ended, or after so long.
    const auto hears = [&](unsigned events, std::chrono::microseconds pace) {
        std::atomic<bool> has_ended{false};
        std::thread writer([&] {
            for (Stream& each : streams) {
                each.they_write();
                const auto deadline = Steady::now() + pace;
                while (!has_ended && Steady::now() < deadline) std::this_thread::yield();
            }
        });
        poller->tell_news();
        poller->wait(-1ms, {.events = events, .time = 200ms});
        poller->collect();
        const std::size_t heard = poller->take_ready().size();
        has_ended = true;
        writer.join();
        poller->await(0ms);
        return heard;
    };
    bool all_at_once = false;
    for (int round = 0; round < 20 && !all_at_once; ++round) all_at_once = hears(4, 5ms) == 4;
    EXPECT_TRUE(all_at_once);
    std::size_t heard = 0;
    while (heard == 0) heard = hears(1, kPatience);  // the last tick of the waits before may end it
    EXPECT_EQ(heard, 1U);
}

// A ward belongs to another thread, before and after it is served by this one.
TEST_P(Pollers, ServeAnotherWhileItsOwnThreadIsAway) {
    const auto ward = make();
    Stream wards_stream;
    Source wards_source;
    std::promise<void> parked;
    std::promise<void> dismissed;
    std::promise<std::size_t> heard_afterwards;
    std::thread owner([&] {
        EXPECT_FALSE(ward->add(wards_stream.ours(), wards_source, EPOLLIN | EPOLLET));
        wards_stream.they_write();
        EXPECT_EQ(ward->await(30s).size(), 1U);
        ward->park();
        parked.set_value();
        dismissed.get_future().wait();
        heard_afterwards.set_value(ward->await(30s).size());
        ward->park();
    });
    parked.get_future().wait();
    ASSERT_FALSE(poller->add(stream.ours(), source, EPOLLIN | EPOLLET));
    poller->serve(*ward);
    const auto until_ready = [&](const Poller& of) {
        for (const auto deadline = Steady::now() + kPatience; !of.has_ready() && Steady::now() < deadline;) {
            poller->tell_news();
            poller->wait(1s, {});
            poller->collect();
        }
    };
    wards_stream.they_write();
    until_ready(*ward);
    const auto events = ward->take_ready();
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(events[0].source, &wards_source);
    EXPECT_FALSE(poller->has_ready());
    stream.they_write();
    until_ready(*poller);
    EXPECT_EQ(poller->take_ready().size(), 1U);
    EXPECT_FALSE(ward->has_ready());
    // What is added and removed meanwhile.
    Stream another;
    Source of_another;
    ASSERT_FALSE(ward->add(another.ours(), of_another, EPOLLIN | EPOLLET));
    another.they_write();
    until_ready(*ward);
    EXPECT_EQ(ward->take_ready().size(), 1U);
    ward->remove(another.ours());
    another.close_ours();
    poller->await(0ms);
    EXPECT_TRUE(another.they_see_the_end());

    poller->dismiss(*ward);
    wards_stream.they_write();
    EXPECT_TRUE(is_silent());
    EXPECT_FALSE(ward->has_ready());
    dismissed.set_value();
    EXPECT_EQ(heard_afterwards.get_future().get(), 1U);
    owner.join();
}

// As in a container whose seccomp profile forbids it: for one thread, which ends with it.
void forbid_io_uring() {
    std::array<sock_filter, 4> program{{
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    }};
    const sock_fprog filter{program.size(), program.data()};
    ASSERT_EQ(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
    ASSERT_EQ(::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter), 0);
}

TEST(UsablePoller, IsEpollWhereIoUringIsForbidden) {
    std::thread([] {
        forbid_io_uring();
        EXPECT_EQ(usable_poller(PollerKind::kAuto), PollerKind::kEpoll);
        try {
            make_poller(PollerKind::kIoUring);
            ADD_FAILURE() << "it is forbidden";
        } catch (const std::system_error& error) {
            EXPECT_EQ(error.code().value(), EPERM);
            EXPECT_STREQ(error.what(), "io_uring_setup: Operation not permitted");
        }
    }).join();
}

}  // namespace
}  // namespace dray::reactor
