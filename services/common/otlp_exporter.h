// Sends spans to an OpenTelemetry collector by OTLP/HTTP JSON, from a thread of its own. The business never
// waits for it and never fails by it: what the collector does not take is dropped, and counted by reason.
//
//   offer ──> queue (kQueueMax) ──> up to kBatchMax at a time, each kEvery ──> POST <endpoint>/v1/traces
//
//   queue_full    more came than were sent
//   unreachable   no collector after kAttemptsMax tries, or it said 429, 502, 503 or 504 each time
//   refused       another status than 2xx, or spans that it said it has rejected
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/common/settings.h"
#include "services/common/spans.h"

namespace dray::service {

struct Endpoint {
    std::string host;
    std::string port;
    std::string target;  // "/v1/traces", behind the path of the address
};

// Nothing: the setting telemetry.otlp_endpoint and OTEL_EXPORTER_OTLP_ENDPOINT are empty. Throws
// SettingsError when that is no http://host[:port][/path].
std::optional<Endpoint> otlp_endpoint(const Settings& settings);

struct SpanFigures {
    std::atomic<std::uint64_t> exported = 0;
    std::atomic<std::uint64_t> queue_full = 0;
    std::atomic<std::uint64_t> unreachable = 0;
    std::atomic<std::uint64_t> refused = 0;
};

class OtlpExporter {
  public:
    static constexpr std::size_t kQueueMax = 8192;
    static constexpr std::size_t kBatchMax = 512;
    static constexpr int kAttemptsMax = 3;
    static constexpr std::chrono::milliseconds kEvery{1000};
    static constexpr std::chrono::seconds kAnswerMax{5};
    static constexpr std::chrono::seconds kGoodbyeMax{1};

    OtlpExporter(Endpoint endpoint, std::string service, std::string instance);
    ~OtlpExporter();
    OtlpExporter(const OtlpExporter&) = delete;
    OtlpExporter& operator=(const OtlpExporter&) = delete;

    void start();
    void stop();  // sends what waits, as long as the collector takes each batch within kGoodbyeMax
    void offer(std::vector<Span> spans);  // any thread
    const SpanFigures& figures() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace dray::service
