// What a service tells of itself to Prometheus and to health checks, at the address `metrics`.
//
//   dray_service_events_total{service,outcome="handled|failed|unreadable"}
//   dray_service_outbox_waiting{service}     rows that the broker has not acknowledged yet
//   dray_service_dead_letters{service}       rows of the table dead_letters
//   dray_service_connected{service}          1: publishing and consuming
//   dray_service_spans_exported_total{service}                  taken by the collector, where one is
//   configured dray_service_spans_dropped_total{service,reason="…"}        why: otlp_exporter.h
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "services/common/http_server.h"
#include "services/common/otlp_exporter.h"
#include "services/common/transaction.h"

namespace dray::service {

struct Figures {
    std::atomic<std::uint64_t> handled = 0;
    std::atomic<std::uint64_t> failed = 0;
    std::atomic<std::uint64_t> unreadable = 0;
};

struct Backlog {
    long long outbox_waiting = 0;
    long long dead_letters = 0;
};
Backlog read_backlog(Transaction& tx);

// `spans`: nullptr where none are exported.
HttpResponse metrics_response(const std::string& service, const Figures& figures, const Backlog& backlog,
                              bool connected, const SpanFigures* spans = nullptr);
HttpResponse health_response(bool connected);  // 503 when it is not

}  // namespace dray::service
