#include "services/privacy/requests.h"

#include <soci/soci.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace dray::privacy {
namespace {

using nlohmann::json;
using service::now_ms;
using service::Transaction;
using soci::into;
using soci::use;

std::vector<std::string> answered_by(Transaction& tx, const std::string& request) {
    const soci::rowset<std::string> rows =
        (tx.sql().prepare << "SELECT service FROM answers WHERE request_id = :request ORDER BY service",
         use(request));
    return {rows.begin(), rows.end()};
}

}  // namespace

const char* const kSchema = R"(
    CREATE TABLE requests (
        request_id TEXT PRIMARY KEY,
        state TEXT NOT NULL,
        deadline_ms BIGINT NOT NULL
    );
    CREATE INDEX requests_waiting ON requests (deadline_ms) WHERE state = 'waiting';
    CREATE TABLE answers (
        request_id TEXT NOT NULL,
        service TEXT NOT NULL,
        records BIGINT NOT NULL,
        data_json TEXT NOT NULL,
        PRIMARY KEY (request_id, service)
    );
)";

std::string Requests::ask(Transaction& tx, const std::string& customer, v1::PrivacyKind kind) const {
    auto id = service::new_uuid();
    const std::int64_t deadline = now_ms() + options_.deadline_ms;
    tx.sql() << "INSERT INTO requests (request_id, state, deadline_ms) VALUES (:id, 'waiting', :deadline)",
        use(id), use(deadline);
    v1::PrivacyRequest request;
    request.set_request_id(id);
    request.set_kind(kind);
    request.set_customer_id(customer);
    request.set_deadline_ms(deadline);
    tx.publish("privacy/request/" + id, request);
    return id;
}

void Requests::answered(Transaction& tx, const v1::PrivacyAnswer& answer) const {
    const auto& id = answer.request_id();
    std::string state;
    tx.sql() << "SELECT state FROM requests WHERE request_id = :id", use(id), into(state);
    if (!tx.sql().got_data()) return;
    const long long records = answer.records();
    tx.sql() << "INSERT INTO answers (request_id, service, records, data_json) "
                "VALUES (:id, :service, :records, :data) ON CONFLICT DO NOTHING",
        use(id), use(answer.service()), use(records), use(answer.data_json());
    if (state == "waiting" && missing(tx, id).empty()) report(tx, id, "complete");
}

void Requests::report_late(Transaction& tx) const {
    std::vector<std::string> late;
    const auto now = now_ms();
    {
        const soci::rowset<std::string> rows =
            (tx.sql().prepare
                 << "SELECT request_id FROM requests WHERE state = 'waiting' AND deadline_ms <= :now",
             use(now));
        late.assign(rows.begin(), rows.end());
    }
    for (const auto& id : late) report(tx, id, "incomplete");
}

void Requests::report(Transaction& tx, const std::string& request, const std::string& state) const {
    tx.sql() << "UPDATE requests SET state = :state WHERE request_id = :id", use(state), use(request);
    v1::PrivacyReport report;
    report.set_request_id(request);
    for (const auto& service : answered_by(tx, request)) report.add_answered(service);
    for (const auto& service : missing(tx, request)) report.add_missing(service);
    tx.publish("privacy/report/" + request, report);
}

std::vector<std::string> Requests::missing(Transaction& tx, const std::string& request) const {
    const auto answered = answered_by(tx, request);
    std::vector<std::string> missing;
    for (const auto& service : options_.participants) {
        if (std::find(answered.begin(), answered.end(), service) == answered.end())
            missing.push_back(service);
    }
    return missing;
}

std::optional<json> Requests::show(Transaction& tx, const std::string& request) const {
    std::string state;
    tx.sql() << "SELECT state FROM requests WHERE request_id = :id", use(request), into(state);
    if (!tx.sql().got_data()) return std::nullopt;
    json answers = json::array();
    const soci::rowset<soci::row> rows =
        (tx.sql().prepare
             << "SELECT service, records, data_json FROM answers WHERE request_id = :id ORDER BY service",
         use(request));
    for (const auto& row : rows) {
        const auto data = row.get<std::string>(2);
        answers.push_back({{"service", row.get<std::string>(0)},
                           {"records", row.get<long long>(1)},
                           {"data", data.empty() ? json::array() : json::parse(data, nullptr, false)}});
    }
    return json{
        {"request_id", request}, {"state", state}, {"answers", answers}, {"missing", missing(tx, request)}};
}

}  // namespace dray::privacy
