#include "app/service_manager.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "reactor/log.h"

namespace dray::app {

namespace {

std::string take_variable(const char* name) {
    const char* const value = std::getenv(name);
    std::string text = value ? value : "";
    ::unsetenv(name);
    return text;
}

std::optional<std::uint64_t> number(const std::string& text) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

// "/run/…", or "@…" for a name in the abstract space of Linux.
reactor::FileDescriptor connect_to(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return {};
    }
    std::memcpy(address.sun_path, path.data(), path.size());
    if (path[0] == '@') address.sun_path[0] = '\0';
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
    reactor::FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
    if (!socket.is_open() || ::connect(socket.number(), generic, size) != 0) return {};
    return socket;
}

}  // namespace

ServiceManager::ServiceManager() {
    const std::string path = take_variable("NOTIFY_SOCKET");
    const auto patience_us = number(take_variable("WATCHDOG_USEC"));
    const auto watched = number(take_variable("WATCHDOG_PID"));
    if (path.empty()) return;
    socket_ = connect_to(path);
    if (!socket_.is_open()) {
        reactor::log_warning("the service manager cannot be told anything",
                             {{"socket", path}, {"why", std::generic_category().message(errno)}});
        return;
    }
    const bool is_this = !watched || *watched == static_cast<std::uint64_t>(::getpid());
    // Twice as often as it asks, so that one late turn is forgiven.
    if (patience_us && is_this) alive_interval_ = std::chrono::milliseconds(*patience_us / 2000);
}

void ServiceManager::ready(std::string_view status) {
    tell("READY=1\nSTATUS=" + std::string(status));
}

void ServiceManager::stopping(std::string_view status, std::chrono::milliseconds patience) {
    tell("STOPPING=1\nSTATUS=" + std::string(status) +
         "\nEXTEND_TIMEOUT_USEC=" + std::to_string(patience.count() * 1000));
}

void ServiceManager::alive() {
    tell("WATCHDOG=1");
}

// A manager that does not listen will draw its own conclusions.
void ServiceManager::tell(const std::string& lines) {
    if (socket_.is_open()) ::send(socket_.number(), lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace dray::app
