#include "shard/sources.h"

#include "shard/core.h"

namespace dray::shard {

bool is_own(const session::Session& session, const session::Held& held) {
    return held.source == 0 || session.sources[held.source - 1u].kind == session::SourceKind::kGroup;
}

void settle(Core& core, session::Session& session, const session::Held& held, Outcome outcome) {
    if (is_own(session, held)) return forget_entry(core, session, held);
    switch (session.sources[held.source - 1u].kind) {
        case session::SourceKind::kGroup:
        case session::SourceKind::kQueue:
            static_cast<void>(outcome);
            break;
        case session::SourceKind::kStream:
            return settle_read(core, session, held);
    }
}

}  // namespace dray::shard
