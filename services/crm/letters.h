// What customers are told, a message for each turn of their order, sent as `customer/message/<order>`.
//
// CRM subscribes durably: what happened while it was down is told when it is back, once.
#pragma once

#include "dray/v1/dispatch.pb.h"
#include "dray/v1/order.pb.h"
#include "services/common/personal_data.h"
#include "services/common/service.h"

namespace dray::crm {

extern const char* const kSchema;

// Who is behind an order; the first message.
void placed(service::Transaction& tx, const v1::OrderPlaced& order);
// Every other one: `text` to whoever is behind the order. Customers who did not say how to reach them are
// told nothing.
void tell(service::Transaction& tx, const std::string& order_id, const std::string& text);

service::PersonalData personal_data();

}  // namespace dray::crm
