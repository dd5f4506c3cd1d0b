#include "admin/admin_server.h"

#include <pthread.h>

#include <utility>

#include "admin/client_token_routes.h"
#include "admin/config_routes.h"
#include "admin/event_routes.h"
#include "admin/health_routes.h"
#include "admin/http_server.h"
#include "admin/openapi.h"
#include "admin/publish_routes.h"
#include "admin/queue_routes.h"
#include "admin/schemas.h"
#include "admin/session_routes.h"
#include "admin/sink_routes.h"
#include "admin/stream_routes.h"
#include "admin/topic_routes.h"
#include "admin/trace_routes.h"

namespace dray::admin {

AdminServer::AdminServer(reactor::FileDescriptor listening, AdminOptions options, reactor::Mailroom& mailroom,
                         const shard::StorePort& store)
    : router_(options.operators),
      switchboard_(loop_, mailroom),
      context_{loop_,
               switchboard_,
               store,
               std::move(options.version),
               std::move(options.listeners),
               options.client_tokens,
               std::move(options.bridges),
               std::move(options.sinks),
               reactor::Clock(),
               std::move(options.drain),
               std::move(options.connect)},
      watches_(loop_, switchboard_, router_) {
    add_health_routes(router_, context_);
    add_queue_routes(router_, context_);
    add_stream_routes(router_, context_);
    add_sink_routes(router_, context_);
    add_session_routes(router_, context_);
    add_topic_routes(router_, context_);
    add_trace_routes(router_, context_);
    add_client_token_routes(router_, context_);
    add_schema_routes(router_, std::move(options.schemas));
    add_config_routes(router_, context_, std::move(options.plan_reload));
    add_publish_routes(router_, context_, idempotency_keys_);
    add_event_routes(router_, context_);
    add_openapi_route(router_);
    add_backup_routes(router_, std::move(options.back_up));
    add_console_routes(router_, std::move(options.console), options.operators);
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
