// UTF-8 Encoded Strings, MQTT 3.1.1 section 1.5.3 and 5.0 section 1.5.4.
// Pure function, any thread. A byte order mark is a character like any other [MQTT-3.1.1 1.5.3-3].
#pragma once

#include "base/byte_view.h"

namespace dray::mqtt {

// Well-formed (shortest form, no surrogates U+D800..U+DFFF, at most U+10FFFF) and without U+0000
// [MQTT-3.1.1 1.5.3-1, 1.5.3-2], [MQTT-5.0 1.5.4-1, 1.5.4-2]. Fast for ASCII.
bool is_valid_utf8(ByteView bytes);

}  // namespace dray::mqtt
