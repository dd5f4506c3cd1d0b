#include "services/common/metrics.h"

#include <soci/soci.h>

namespace dray::service {

Backlog read_backlog(Transaction& tx) {
    Backlog backlog;
    tx.sql() << "SELECT COUNT(*) FROM outbox WHERE sent = 0", soci::into(backlog.outbox_waiting);
    tx.sql() << "SELECT COUNT(*) FROM dead_letters", soci::into(backlog.dead_letters);
    return backlog;
}

HttpResponse metrics_response(const std::string& service, const Figures& figures, const Backlog& backlog,
                              bool connected, const SpanFigures* spans) {
    const auto label = "{service=\"" + service + "\"";
    const auto events = [&](const std::string& outcome, std::uint64_t count) {
        return "dray_service_events_total" + label + ",outcome=\"" + outcome + "\"} " +
               std::to_string(count) + "\n";
    };
    const auto gauge = [&](const std::string& name, long long value) {
        return "# TYPE " + name + " gauge\n" + name + label + "} " + std::to_string(value) + "\n";
    };
    const auto dropped = [&](const std::string& reason, std::uint64_t count) {
        return "dray_service_spans_dropped_total" + label + ",reason=\"" + reason + "\"} " +
               std::to_string(count) + "\n";
    };
    std::string of_spans;
    if (spans != nullptr) {
        of_spans = "# TYPE dray_service_spans_exported_total counter\ndray_service_spans_exported_total" +
                   label + "} " + std::to_string(spans->exported) + "\n" +
                   "# TYPE dray_service_spans_dropped_total counter\n" +
                   dropped("queue_full", spans->queue_full) + dropped("unreachable", spans->unreachable) +
                   dropped("refused", spans->refused);
    }
    return {.content_type = "text/plain; version=0.0.4",
            .body = "# TYPE dray_service_events_total counter\n" + events("handled", figures.handled) +
                    events("failed", figures.failed) + events("unreadable", figures.unreadable) +
                    gauge("dray_service_outbox_waiting", backlog.outbox_waiting) +
                    gauge("dray_service_dead_letters", backlog.dead_letters) +
                    gauge("dray_service_connected", connected ? 1 : 0) + of_spans};
}

HttpResponse health_response(bool connected) {
    return {.status = connected ? 200 : 503,
            .body = connected ? "{\"status\": \"ok\"}\n" : "{\"status\": \"no connection to the broker\"}\n"};
}

}  // namespace dray::service
