// Tests that hold for every kind of poller; where the kernel has no such io_uring, they say so and skip.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "reactor/poller.h"

namespace dray::reactor {

class EachPoller : public testing::TestWithParam<PollerKind> {
  protected:
    static bool is_usable() {
        return GetParam() == PollerKind::kEpoll || usable_poller(PollerKind::kAuto) == GetParam();
    }
    void SetUp() override {
        if (!is_usable()) GTEST_SKIP() << "io_uring cannot be used here";
    }
    // A fixture makes it before it is skipped.
    static std::unique_ptr<Poller> make() {
        return make_poller(is_usable() ? GetParam() : PollerKind::kEpoll);
    }
};

inline const auto kEachPoller = testing::Values(PollerKind::kEpoll, PollerKind::kIoUring);
inline std::string name_of_poller(const testing::TestParamInfo<PollerKind>& of) {
    return of.param == PollerKind::kEpoll ? "Epoll" : "IoUring";
}

}  // namespace dray::reactor
