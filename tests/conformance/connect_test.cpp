// CONNECT and CONNACK, sections 3.1 and 3.2 of both versions.
#include "harness/transcript.h"

namespace dray::conformance {

DRAY_TRANSCRIPTS(Connecting);

// [MQTT-3.1.1 3.1.4-4, 3.2.0-1, 3.2.2-1] [MQTT-5.0 3.1.4-5, 3.2.2-2]
TEST_P(Connecting, AGoodConnectIsAccepted) {
    client("a").sends(connect("c1")).gets(connack()).gets_nothing();
}

}  // namespace dray::conformance
