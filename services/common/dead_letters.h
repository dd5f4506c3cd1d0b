// Where a message goes that no queue could take back: a table to look into, so that nothing vanishes.
#pragma once

#include <exception>
#include <string>

#include "services/common/message.h"

namespace soci {
class session;
}

namespace dray::service {

extern const char* const kDeadLetterSchema;

// Outside a transaction. What cannot be written is logged.
void bury(soci::session& sql, const Message& message, const std::string& error) noexcept;

std::string text_of(const std::exception_ptr& error);

}  // namespace dray::service
