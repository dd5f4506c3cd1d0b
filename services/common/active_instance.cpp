#include "services/common/active_instance.h"

#include <soci/soci.h>
#include <spdlog/spdlog.h>

namespace dray::service {

const char* const kActiveInstanceSchema = R"(
    CREATE TABLE active_instance (
        instance TEXT NOT NULL,
        until_ms BIGINT NOT NULL
    );
    INSERT INTO active_instance (instance, until_ms) VALUES ('', 0);
)";

void ActiveInstance::renew(Transaction& tx, std::int64_t now_ms) {
    const std::int64_t until = now_ms + kLeaseMs;
    soci::statement claim =
        (tx.sql().prepare << "UPDATE active_instance SET instance = :us, until_ms = :until "
                             "WHERE instance = :us2 OR until_ms < :now",
         soci::use(instance_), soci::use(until), soci::use(instance_), soci::use(now_ms));
    claim.execute(true);
    const bool is_us = claim.get_affected_rows() == 1;
    if (is_us != is_us_) spdlog::info(is_us ? "active" : "standing by");
    is_us_ = is_us;
}

}  // namespace dray::service
