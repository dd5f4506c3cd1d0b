// A sink with its two connections, in a thread of its own: it reads a stream of this broker (reader.h) and
// gives what comes to the other side (target.h), as much at once as the window allows.
//
//     Sink sink(options, {...});   sink.start();   ...   sink.ask_to_stop();   sink.wait(deadline)
//
// The connection here stays; the one over there is made anew, after a wait, when it is lost. Messages that
// were not confirmed are given again then, in their order: at least once.
//
// A message that the other side refuses is buried here, or stops the sink, as the options say. One that stops
// it is tried again now and then, for whoever runs the other side may have mended that. Where the other side
// only ends the connection for it, messages go one by one until it is known which one is meant.
//
// Certificates and passwords are read for each attempt, so renewed ones are taken by themselves.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "bridge/backoff.h"
#include "bridge/own_thread.h"
#include "net/address.h"
#include "net/outgoing.h"
#include "reactor/event_source.h"
#include "reactor/log.h"
#include "sink/figures.h"
#include "sink/reader.h"
#include "sink/sink_options.h"
#include "sink/target.h"

namespace dray::sink {

// What this broker is to its sink.
struct Home {
    net::Address address;                   // of the private socket that lets it in
    std::function<std::string()> password;  // to show to the other side; throws std::runtime_error
    std::uint32_t packet_bytes_max = 0;
};

class Sink final : private ReaderEvents, private TargetEvents {
  public:
    Sink(SinkOptions options, Home home);  // throws std::system_error
    Sink(const Sink&) = delete;
    Sink& operator=(const Sink&) = delete;

    void start();
    // --- any thread ---
    void ask_to_stop() { thread_.ask_to_stop(); }
    const Figures& figures() const { return figures_; }
    // --- the thread that has started it ---
    // False: it is still busy.
    [[nodiscard]] bool wait(std::chrono::steady_clock::time_point deadline);

  private:
    struct Local final : reactor::EventSource {
        void on_events(std::uint32_t) override { may_read = may_write = true; }
        std::unique_ptr<net::Outgoing> connection;
        bool is_established = false;
        bool may_read = false;
        bool may_write = false;
    };
    struct Watch final : reactor::EventSource {
        void on_events(std::uint32_t) override {}  // target_->serve() finds out
    };

    void run();
    void turn();
    void await_news();
    void serve_local();
    std::string open_local();
    std::string move_local_bytes();
    void hang_up_local(const std::string& why);
    void serve_target();
    void connect_target();
    void hang_up_target();
    void give();
    bool may_give() const;
    bool is_waiting_to_try() const;
    void take_leave();
    void show();
    void stand_still(Ticket ticket, std::string_view why);
    void go_on_behind(Ticket ticket);

    void on_buried(Ticket ticket) override;
    void on_not_buried(Ticket ticket, std::string_view why) override;
    void on_taken(Ticket ticket) override;
    void on_refused(Ticket ticket, std::string_view why) override;
    void on_lost(std::string why, bool blames_a_message) override;

    SinkOptions options_;
    Home home_;
    Figures figures_;
    Reader reader_;
    Local local_;
    Instant local_retry_at_;
    bridge::Backoff local_backoff_;
    std::unique_ptr<Target> target_;  // changed under the mutex
    std::mutex target_mutex_;
    Watch watch_;
    bool is_up_ = false;
    Instant up_since_;
    Instant retry_at_;
    bridge::Backoff backoff_;
    bool made_progress_ = false;  // in this turn: there may be more to do
    std::string fault_;           // why the target must go
    Ticket stopped_at_ = 0;       // the message for which it stands still; 0 = it does not
    std::string stopped_why_;
    Instant try_again_at_;  // ... that message
    bridge::Backoff refused_backoff_;
    Ticket careful_until_ = 0;  // one by one, up to this one
    reactor::LogBudget message_lines_{5, 10};
    bridge::OwnThread thread_;  // last, so that it ends first
};

}  // namespace dray::sink
