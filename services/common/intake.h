// Which filters a service consumes by, and which of its handlers takes a message: the setting `consume` in
// one place. See service.h for what it means.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "services/common/message.h"
#include "services/common/settings.h"
#include "services/common/transaction.h"

namespace dray::service {

class Intake {
  public:
    enum class Mode : std::uint8_t { kSubscription, kShared, kQueue };
    enum class Source : std::uint8_t { kEvents, kState, kLog };
    using Work = std::function<void(Transaction&)>;
    using Handler = std::function<Work(const Message&)>;
    using Reader = std::function<void(Transaction&, const Message&, const EventHeader&)>;

    // `group`: the name of queue and shared group. Throws SettingsError.
    Intake(const Settings& settings, std::string group);

    void add(Source source, const std::string& filter, Handler handler);
    void follow(const std::string& stream, const std::vector<std::string>& filters, Reader reader);
    // Where the log was left: read once at the start.
    void load_place(soci::session& sql);

    bool empty() const { return routes_.empty(); }
    // A queue and a log keep what was not acknowledged by themselves.
    bool needs_session() const { return mode_ != Mode::kQueue; }
    std::vector<std::string> filters() const;

    struct Task {
        Work work;                // nothing: unreadable
        bool is_known = true;     // false: no handler wants it
        bool from_queue = false;  // refusing it gives it back
    };
    Task task_for(const Message& message) const;

  private:
    struct Route {
        Source source;
        std::string filter;
        Handler handler;
    };
    bool has(Source source) const;
    Work read_log(const Message& message) const;
    Work read_event(const Message& message) const;

    Mode mode_;
    std::string group_;
    std::vector<Route> routes_;
    std::string stream_;
    Reader reader_;
    // Of the last message that was read; written by the service's thread, read when a connection begins.
    mutable std::atomic<std::uint64_t> place_ = 0;
};

extern const char* const kIntakeSchema;

}  // namespace dray::service
