// Tells whoever supervises drayd how it is doing: the protocol of sd_notify(3), datagrams to the socket that
// NOTIFY_SOCKET names (systemd's Type=notify and WatchdogSec). Started by anybody else it tells nobody.
// Main thread only.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "reactor/file_descriptor.h"

namespace dray::app {

class ServiceManager {
  public:
    // Takes its variables out of the environment: they are not for processes that this one may start. What
    // cannot be reached is logged once and then told nothing.
    ServiceManager();

    void ready(std::string_view status);
    // `patience`: so long it may take, whatever the manager's own limit.
    void stopping(std::string_view status, std::chrono::milliseconds patience);
    // So often alive() is to be said, at least; nothing: nobody waits for it.
    std::optional<std::chrono::milliseconds> alive_interval() const { return alive_interval_; }
    void alive();

  private:
    void tell(const std::string& lines);

    reactor::FileDescriptor socket_;
    std::optional<std::chrono::milliseconds> alive_interval_;
};

}  // namespace dray::app
