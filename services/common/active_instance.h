// Which of several instances that share a database is the active one, for what one alone may say. The others
// stand by.
//
//   once a second:   active.renew(tx)      ours already, or left for kLeaseMs: then it is ours
//
// A lease, in one row of the database. An instance that is started again under its name goes on at once.
#pragma once

#include <cstdint>
#include <string>

#include "services/common/transaction.h"

namespace dray::service {

// To be put among a service's migrations.
extern const char* const kActiveInstanceSchema;

class ActiveInstance {
  public:
    // Clocks of the machines may differ by less than that.
    static constexpr std::int64_t kLeaseMs = 3000;

    explicit ActiveInstance(std::string instance) : instance_(std::move(instance)) {}

    void renew(Transaction& tx, std::int64_t now_ms);
    // As it was when last renewed.
    bool is_us() const { return is_us_; }

  private:
    std::string instance_;
    bool is_us_ = false;
};

}  // namespace dray::service
