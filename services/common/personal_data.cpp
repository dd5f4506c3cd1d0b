#include "services/common/personal_data.h"

#include <soci/soci.h>

#include <nlohmann/json.hpp>

#include "services/common/rows_json.h"

namespace dray::service {
namespace {

std::uint32_t forget(Transaction& tx, const std::string& customer, const PersonalData& data) {
    long long rows = 0;
    for (const auto& query : data.forget) {
        soci::statement statement = (tx.sql().prepare << query, soci::use(customer));
        statement.execute(true);
        rows += statement.get_affected_rows();
    }
    return static_cast<std::uint32_t>(rows);
}

}  // namespace

v1::PrivacyAnswer answer_privacy_request(Transaction& tx, const v1::PrivacyRequest& request,
                                         const PersonalData& data) {
    v1::PrivacyAnswer answer;
    answer.set_request_id(request.request_id());
    if (request.kind() == v1::PRIVACY_KIND_FORGET_ME) {
        answer.set_records(forget(tx, request.customer_id(), data));
        return answer;
    }
    auto records = nlohmann::json::array();
    for (const auto& query : data.show) {
        for (auto& row : rows_to_json(tx.sql(), query, request.customer_id()))
            records.push_back(std::move(row));
    }
    answer.set_records(static_cast<std::uint32_t>(records.size()));
    answer.set_data_json(records.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    return answer;
}

void answer_privacy_requests(Service& app, const PersonalData& data) {
    app.on<v1::PrivacyRequest>("privacy/request/+",
                               [name = app.name(), data](Transaction& tx, const auto& request) {
                                   auto answer = answer_privacy_request(tx, request, data);
                                   answer.set_service(name);
                                   tx.publish("privacy/answer/" + request.request_id() + "/" + name, answer);
                               });
}

}  // namespace dray::service
