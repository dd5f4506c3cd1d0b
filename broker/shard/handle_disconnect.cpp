// DISCONNECT and PINGREQ, MQTT 3.1.1 and 5.0 sections 3.12 and 3.14.
#include <algorithm>

#include "shard/answers.h"
#include "shard/connections.h"
#include "shard/core.h"
#include "shard/delivery.h"
#include "shard/handlers.h"

namespace dray::shard {

void handle_disconnect(Core& core, Link& link, const mqtt::Disconnect& disconnect) {
    session::Session& session = *link.session;
    const auto expiry = disconnect.properties.integer(mqtt::PropertyId::kSessionExpiryInterval);
    if (expiry) {
        if (session.expiry_s == 0 && *expiry != 0) {
            // [MQTT-5.0 3.14.2.2.2]: a session that was to end with the connection cannot be prolonged now.
            return protocol_error(core, link, mqtt::ReasonCode::kProtocolError,
                                  "session expiry set at the end");
        }
        session.expiry_s = std::min(*expiry, core.limits().session_expiry_s_max);
    }
    // Any reason but Normal disconnection asks for the will [MQTT-5.0 3.14.4-3].
    if (disconnect.reason == mqtt::ReasonCode::kSuccess) session.will.reset();
    close_link(core, link, mqtt::ReasonCode::kSuccess, "client disconnected");
}

void handle_pingreq(Core& core, Link& link) {
    send(core, link, mqtt::Pingresp{});
}

}  // namespace dray::shard
