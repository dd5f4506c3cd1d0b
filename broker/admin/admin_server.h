// The admin API: HTTP for operators, drayctl and Prometheus, in a thread of its own.
//
//     AdminServer admin(std::move(listening), {...}, mailroom, store);
//     admin.start();        once the reactors run
//     …
//     admin.stop();         before they stop
#pragma once

#include <string>
#include <thread>
#include <vector>

#include "admin/backup_routes.h"
#include "admin/console_files.h"
#include "admin/context.h"
#include "admin/event_loop.h"
#include "admin/idempotency_keys.h"
#include "admin/operators.h"
#include "admin/reload_plan.h"
#include "admin/router.h"
#include "admin/switchboard.h"
#include "admin/watches.h"
#include "auth/operator_tokens.h"
#include "reactor/file_descriptor.h"
#include "reactor/mailroom.h"
#include "shard/store_port.h"

namespace dray::admin {

struct AdminOptions {
    Operators operators;  // who is let in (access.h)
    std::string version;
    std::vector<ListenerAddress> listeners;
    ConsoleFiles console;  // may be empty
    std::string schemas;   // as of read_schemas()
    const auth::OperatorTokens* client_tokens =
        nullptr;                                       // outlives the server; none: they are given no tokens
    std::vector<const bridge::Figures*> bridges = {};  // each outlives the server
    std::vector<const sink::Figures*> sinks = {};      // ... the same way
    PlanReload plan_reload = {};
    Drain drain = {};
    Connect connect = {};
    BackUp back_up = {};  // none: nothing is kept on disk
};

class AdminServer {
  public:
    // `listening` is bound and listens. The others outlive this.
    AdminServer(reactor::FileDescriptor listening, AdminOptions options, reactor::Mailroom& mailroom,
                const shard::StorePort& store);
    ~AdminServer() { stop(); }
    AdminServer(const AdminServer&) = delete;
    AdminServer& operator=(const AdminServer&) = delete;

    // The calling thread's blocked signals stay blocked.
    void start();
    void stop();
    // Any thread: from now on the broker is not ready for more clients.
    void set_draining() { context_.is_draining = true; }
    // All that it serves: "GET /api/v1/status".
    std::vector<std::string> routes() const { return router_.routes(); }

  private:
    EventLoop loop_;
    Router router_;
    Switchboard switchboard_;
    Context context_;
    IdempotencyKeys idempotency_keys_;
    Watches watches_;
    std::thread thread_;
};

}  // namespace dray::admin
