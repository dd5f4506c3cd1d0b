#include "admin/admin_server.h"

#include <pthread.h>

#include <utility>

#include "admin/health_routes.h"
#include "admin/http_server.h"
#include "admin/queue_routes.h"
#include "admin/stream_routes.h"

namespace dray::admin {

AdminServer::AdminServer(reactor::FileDescriptor listening, const AdminOptions& options,
                         reactor::Mailroom& mailroom, const shard::StorePort& store)
    : router_(options.token), switchboard_(loop_, mailroom), context_{switchboard_, store, options.version} {
    add_health_routes(router_, context_);
    add_queue_routes(router_, context_);
    add_stream_routes(router_, context_);
    serve_http(loop_, std::move(listening), [this](HttpRequest request, Respond respond) {
        router_.handle(std::move(request), std::move(respond));
    });
}

void AdminServer::start() {
    thread_ = std::thread([this] { loop_.run(); });
    ::pthread_setname_np(thread_.native_handle(), "drayd/admin");
}

void AdminServer::stop() {
    loop_.stop();
    if (thread_.joinable()) thread_.join();
}

}  // namespace dray::admin
