// Packing: a parcel is packed when it is known what goes into it and that it is paid, whichever is heard of
// first.
//
//   OrderReserved (the list) ─┐
//   PaymentTaken ─────────────┴─> OrderPacked          OrderCancelled: nothing more is packed
#pragma once

#include "dray/v1/order.pb.h"
#include "services/common/service.h"

namespace dray::packing {

extern const char* const kSchema;

void reserved(service::Transaction& tx, const v1::OrderReserved& order);
void paid(service::Transaction& tx, const v1::PaymentTaken& payment);
void cancelled(service::Transaction& tx, const v1::OrderCancelled& event);

}  // namespace dray::packing
