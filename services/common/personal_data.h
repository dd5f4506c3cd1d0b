// A service's part in "what do you know of me" and "forget me": it answers every PrivacyRequest, on
// `privacy/answer/<request>/<service>`, also when it knows nothing. dray-privacy asks and gathers.
#pragma once

#include <string>
#include <vector>

#include "dray/v1/privacy.pb.h"
#include "services/common/service.h"

namespace dray::service {

// SQL with the one parameter :customer.
struct PersonalData {
    std::vector<std::string> show;    // SELECTs; each row becomes an object of its columns
    std::vector<std::string> forget;  // DELETEs and UPDATEs
};

v1::PrivacyAnswer answer_privacy_request(Transaction& tx, const v1::PrivacyRequest& request,
                                         const PersonalData& data);

// Subscribes, and answers in the service's name.
void answer_privacy_requests(Service& app, const PersonalData& data);

}  // namespace dray::service
