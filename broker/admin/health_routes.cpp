#include "admin/health_routes.h"

#include "admin/json_response.h"
#include "admin/metrics.h"
#include "admin/overview.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;

ordered_json books_json(const shard::Books& books) {
    ordered_json discarded = ordered_json::object();
    for (std::size_t i = 0; i < books.discarded.size(); ++i) {
        discarded[std::string(name(static_cast<shard::Discard>(i)))] = books.discarded[i];
    }
    return {{"matched", books.matched},  {"delivered", books.delivered},
            {"expired", books.expired},  {"dead_lettered", books.dead_lettered},
            {"discarded", discarded},    {"held", books.held},
            {"balance", books.balance()}};
}

ordered_json status_json(const Overview& overview) {
    const shard::Statistics& statistics = overview.statistics;
    return {{"version", overview.version},
            {"uptime_ms", overview.uptime_ms},
            {"shards", overview.shards},
            {"store", {{"keeps", overview.store_keeps}, {"works", overview.store_works}}},
            {"clients_connected", statistics.clients_connected},
            {"sessions", statistics.sessions},
            {"subscriptions", statistics.subscriptions},
            {"retained_messages", statistics.retained},
            {"inflight_messages", statistics.inflight},
            {"publish_received", statistics.publish_received},
            {"publish_sent", statistics.publish_sent},
            {"books", books_json(statistics.books.total())}};
}

void be_healthy(const std::shared_ptr<Call>& call) {
    call->respond({.content_type = "text/plain", .body = "ok\n"});
}

void be_ready(const Context& context, const std::shared_ptr<Call>& call) {
    look_around(context, [call](const std::optional<Overview>& overview) {
        if (!overview) return call->respond(to_response(kShardSilent));
        if (!overview->store_works) {
            return call->respond(
                to_response({503, "the disk refuses: acknowledgements wait until it does not"}));
        }
        call->respond({.content_type = "text/plain", .body = "ready\n"});
    });
}

}  // namespace

void add_health_routes(Router& router, const Context& context) {
    router.add("GET", "/healthz", be_healthy, Access::kEverybody);
    router.add(
        "GET", "/readyz", [&context](const std::shared_ptr<Call>& call) { be_ready(context, call); },
        Access::kEverybody);
    router.add("GET", "/metrics", [&context](const std::shared_ptr<Call>& call) {
        look_around(context, [call](const std::optional<Overview>& overview) {
            if (!overview) return call->respond(to_response(kShardSilent));
            call->respond({.content_type = kMetricsType, .body = metrics(*overview)});
        });
    });
    router.add("GET", "/api/v1/status", [&context](const std::shared_ptr<Call>& call) {
        look_around(context, [call](const std::optional<Overview>& overview) {
            if (!overview) return call->respond(to_response(kShardSilent));
            call->respond(json_response(status_json(*overview)));
        });
    });
}

}  // namespace dray::admin
