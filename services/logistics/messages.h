// What dispatch says, and to whom. See dispatch.h for when.
//
//   Award            order/award/<order>          durable, said again when it is asked for
//   VehicleCommand   vehicle/<vehicle>/command    durable, of the moment; that a bid was lost may be lost
//                                                 itself: the vehicle gives up when the offer has expired
//   ShipmentOffer    order/ship/<zip>/<order>     may be lost: another wave follows
//   OfferTaken       order/ship/<zip>/<order>/taken   may be lost: who bids all the same is told alone
#pragma once

#include <string>

#include "dray/v1/dispatch.pb.h"
#include "services/common/transaction.h"
#include "services/logistics/records.h"

namespace dray::logistics {

void publish_award(service::Transaction& tx, const OpenOrder& order, const ActiveAward& award);
void tell_winner(service::Transaction& tx, const OpenOrder& order, const ActiveAward& award);
void tell_loser(service::Transaction& tx, const std::string& vehicle_id, std::uint32_t epoch);
void tell_revoked(service::Transaction& tx, const ActiveAward& award, const std::string& reason);

// To all who heard the offer in that zip: of the many who would bid most have not thought it over yet.
void tell_taken(service::Transaction& tx, const ActiveAward& award, const std::string& zip);

// The current wave of this order.
v1::ShipmentOffer make_offer(const OpenOrder& order);

}  // namespace dray::logistics
