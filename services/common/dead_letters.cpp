#include "services/common/dead_letters.h"

#include <soci/soci.h>
#include <spdlog/spdlog.h>

#include "services/common/event.h"
#include "services/common/hex.h"

namespace dray::service {

const char* const kDeadLetterSchema = R"(
    CREATE TABLE dead_letters (
        id INTEGER PRIMARY KEY,
        topic TEXT NOT NULL,
        payload_hex TEXT NOT NULL,
        error TEXT NOT NULL,
        at_ms BIGINT NOT NULL
    );
)";

void bury(soci::session& sql, const Message& message, const std::string& error) noexcept {
    try {
        const auto now = now_ms();
        const auto payload_hex = to_hex(message.payload);
        sql << "INSERT INTO dead_letters (topic, payload_hex, error, at_ms) "
               "VALUES (:topic, :payload, :error, :at)",
            soci::use(message.topic), soci::use(payload_hex), soci::use(error), soci::use(now);
    } catch (const std::exception& second) {
        spdlog::error("dead letter of {} could not be written: {}", message.topic, second.what());
    }
}

std::string text_of(const std::exception_ptr& error) {
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& exception) {
        return exception.what();
    }
}

}  // namespace dray::service
