#include "app/service_manager.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace dray::app {
namespace {

using namespace std::chrono_literals;

// What a service manager listens on; the name is in the abstract space, so no file is left behind.
class Manager {
  public:
    Manager() : name_("@dray-manager-" + std::to_string(::getpid())) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, name_.data(), name_.size());
        address.sun_path[0] = '\0';
        const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
        EXPECT_EQ(::bind(socket_.number(), reinterpret_cast<const sockaddr*>(&address), size), 0);
        ::setenv("NOTIFY_SOCKET", name_.c_str(), 1);
    }
    // The datagram that is there, or nothing.
    std::string hears() {
        char buffer[256];
        const ssize_t size = ::recv(socket_.number(), buffer, sizeof buffer, MSG_DONTWAIT);
        return size < 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
    }

  private:
    std::string name_;
    reactor::FileDescriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
};

TEST(ServiceManager, IsToldWhatBecomesOfTheProgram) {
    Manager manager;
    ServiceManager told;
    EXPECT_EQ(std::getenv("NOTIFY_SOCKET"), nullptr) << "children do not speak for it";
    EXPECT_EQ(manager.hears(), "");
    told.ready("ready mqtt=127.0.0.1:1883");
    EXPECT_EQ(manager.hears(), "READY=1\nSTATUS=ready mqtt=127.0.0.1:1883");
    told.alive();
    EXPECT_EQ(manager.hears(), "WATCHDOG=1");
    told.stopping("done", 2s);
    EXPECT_EQ(manager.hears(), "STOPPING=1\nSTATUS=done\nEXTEND_TIMEOUT_USEC=2000000");
}

TEST(ServiceManager, IsToldTwiceAsOftenAsItAsks) {
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
    EXPECT_EQ(ServiceManager().alive_interval(), 15s);
    EXPECT_EQ(ServiceManager().alive_interval(), std::nullopt) << "the variables are gone";
}

TEST(ServiceManager, ThatWatchesAnotherProcessIsNotTold) {
    const Manager manager;
    ::setenv("WATCHDOG_USEC", "30000000", 1);
    ::setenv("WATCHDOG_PID", "1", 1);
    EXPECT_EQ(ServiceManager().alive_interval(), std::nullopt);
}

TEST(ServiceManager, MayBeMissing) {
    ServiceManager nobody;
    nobody.ready("ready");
    EXPECT_EQ(nobody.alive_interval(), std::nullopt);
    ::setenv("NOTIFY_SOCKET", "/nonexistent/socket", 1);
    ServiceManager unreachable;
    unreachable.alive();
    ::setenv("NOTIFY_SOCKET", std::string(200, 'x').c_str(), 1);
    ServiceManager too_long;
    too_long.alive();
    EXPECT_EQ(too_long.alive_interval(), std::nullopt);
}

}  // namespace
}  // namespace dray::app
