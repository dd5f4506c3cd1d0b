// Billing's half of the saga, one row per order:
//
//   OrderReserved ──> taken ──(OrderCancelled)──> refunded, PaymentRefunded
//        └─ card says no ──> declined
//
// The card processor is simulated: it declines the tokens that say so, and of the others a seeded share.
#pragma once

#include <cstdint>

#include "dray/v1/order.pb.h"
#include "services/common/service.h"

namespace dray::billing {

extern const char* const kSchema;

class Cashier {
  public:
    struct Options {
        std::int64_t decline_percent;
        std::int64_t seed;
    };
    explicit Cashier(Options options) : options_(options) {}

    void reserved(service::Transaction& tx, const v1::OrderReserved& order) const;
    void cancelled(service::Transaction& tx, const v1::OrderCancelled& event) const;

    // The processor's answer: empty when the card is charged, else why not. The same order gets the same
    // answer.
    std::string refusal(const std::string& order, const std::string& token) const;

  private:
    Options options_;
};

}  // namespace dray::billing
