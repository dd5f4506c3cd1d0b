// Scatter and gather: one request to every service, an aggregator that waits for all of them, a deadline, and
// a list of who did not answer.
//
//   POST /api/privacy ──> privacy/request/<request> ──> every service that keeps personal data
//                                                          │ privacy/answer/<request>/<service>
//   GET /api/privacy/<request> <── table of answers <──────┘
//                                       └─ all are there, or the deadline: privacy/report/<request>
//
// Who has to answer is configured, not guessed: a service that is down must be missed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "dray/v1/privacy.pb.h"
#include "services/common/service.h"

namespace dray::privacy {

extern const char* const kSchema;

class Requests {
  public:
    struct Options {
        std::vector<std::string> participants;  // dray-crm, …
        std::int64_t deadline_ms;               // from the request
    };
    explicit Requests(Options options) : options_(std::move(options)) {}

    // The id of the request.
    std::string ask(service::Transaction& tx, const std::string& customer, v1::PrivacyKind kind) const;
    void answered(service::Transaction& tx, const v1::PrivacyAnswer& answer) const;
    void report_late(service::Transaction& tx) const;

    // {"request_id", "state": "waiting|complete|incomplete", "answers": [{"service", "records", "data"}],
    // "missing": […]}
    std::optional<nlohmann::json> show(service::Transaction& tx, const std::string& request) const;

  private:
    void report(service::Transaction& tx, const std::string& request, const std::string& state) const;
    std::vector<std::string> missing(service::Transaction& tx, const std::string& request) const;

    Options options_;
};

}  // namespace dray::privacy
