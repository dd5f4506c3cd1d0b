#include "admin/health_routes.h"

#include <limits>

#include "admin/fields.h"
#include "admin/json_response.h"
#include "admin/metrics.h"
#include "admin/overview.h"

namespace dray::admin {

namespace {

using nlohmann::ordered_json;

constexpr std::uint64_t kDrainMsMax = 3'600'000;

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

ordered_json direction_json(const bridge::DirectionFigures& figures) {
    return {{"messages", figures.messages.load()},
            {"repeated", figures.repeated.load()},
            {"looped", figures.looped.load()},
            {"dropped", figures.dropped.load()},
            {"refused", figures.refused.load()}};
}

ordered_json bridges_json(const std::vector<const bridge::Figures*>& bridges) {
    ordered_json list = ordered_json::array();
    for (const bridge::Figures* each : bridges) {
        const bool is_up = each->is_up;
        list.push_back({{"name", each->name},
                        {"address", each->address},
                        {"up", is_up},
                        {"why_down", is_up ? "" : each->why_down.get()},
                        {"connects", each->connects.load()},
                        {"failures", each->failures.load()},
                        {"out", direction_json(each->out)},
                        {"in", direction_json(each->in)}});
    }
    return list;
}

ordered_json status_json(const Overview& overview) {
    const shard::Statistics& statistics = overview.statistics;
    ordered_json listeners = ordered_json::array();
    for (const ListenerAddress& listener : overview.listeners) {
        listeners.push_back({{"kind", listener.kind}, {"address", listener.address}});
    }
    return {{"version", overview.version},
            {"uptime_ms", overview.uptime_ms},
            {"shards", overview.shards},
            {"listeners", listeners},
            {"client_user", overview.client_user},
            {"store", {{"keeps", overview.store_keeps}, {"works", overview.store_works}}},
            {"bridges", bridges_json(overview.bridges)},
            {"clients_connected", statistics.clients_connected},
            {"sessions", statistics.sessions},
            {"subscriptions", statistics.subscriptions},
            {"retained_messages", statistics.retained},
            {"retained_bytes", statistics.retained_bytes},
            {"inflight_messages", statistics.inflight},
            {"queued_bytes", statistics.queued_bytes},
            {"parked_messages", statistics.parked},
            {"publish_received", statistics.publish_received},
            {"publish_sent", statistics.publish_sent},
            {"publish_refused", statistics.publishes_refused},
            {"bytes_received", statistics.bytes_received},
            {"bytes_sent", statistics.bytes_sent},
            {"connects_refused", statistics.connects_refused},
            {"protocol_errors", statistics.protocol_errors},
            {"books", books_json(statistics.books.total())}};
}

// "#" stands for all roots that have no books of their own.
ordered_json books_json(const shard::RootBooks& books) {
    ordered_json roots = ordered_json::array();
    const auto add = [&roots](std::string_view root, const shard::Books& of_root) {
        ordered_json row = {{"root", std::string(root)}};
        row.update(books_json(of_root));
        roots.push_back(std::move(row));
    };
    books.for_each_root(add);
    if (books.other_roots().matched > 0) add("#", books.other_roots());
    return {{"total", books_json(books.total())}, {"roots", roots}};
}

void be_healthy(const std::shared_ptr<Call>& call) {
    call->respond({.content_type = "text/plain", .body = "ok\n"});
}

void drain(const Context& context, const std::shared_ptr<Call>& call) {
    constexpr std::uint64_t kUnset = std::numeric_limits<std::uint64_t>::max();
    std::uint64_t over_ms = kUnset;
    Fields fields(call->request.body);
    fields.read("over_ms", over_ms, {.most = kDrainMsMax});
    if (const auto problem = fields.finish()) return call->respond(to_response(*problem));
    if (context.is_draining) return call->respond(to_response({409, "it is draining already"}));
    const auto wanted = over_ms == kUnset ? std::nullopt : std::optional(std::chrono::milliseconds(over_ms));
    call->respond(json_response({{"over_ms", context.drain(wanted).count()}}, 202));
}

void be_ready(const Context& context, const std::shared_ptr<Call>& call) {
    if (context.is_draining) return call->respond(to_response({503, "draining: no more clients come in"}));
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
    router.add("POST", "/api/v1/drain",
               [&context](const std::shared_ptr<Call>& call) { drain(context, call); });
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
    router.add("GET", "/api/v1/books", [&context](const std::shared_ptr<Call>& call) {
        look_around(context, [call](const std::optional<Overview>& overview) {
            if (!overview) return call->respond(to_response(kShardSilent));
            call->respond(json_response(books_json(overview->statistics.books)));
        });
    });
}

}  // namespace dray::admin
