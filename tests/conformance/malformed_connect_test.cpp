// CONNECT packets that break the rules, section 3.1: the broker closes; a 5.0 server may say why in a
// CONNACK, a 3.1.1 server says nothing [MQTT-3.1.1 3.1.4-1] [MQTT-5.0 3.1.4-1, 3.1.4-2].
#include "harness/hex.h"
#include "harness/transcript.h"

namespace dray::conformance {

struct BadConnect {
    const char* what;
    const char* bytes;
};

template <ProtocolVersion kVersion>
class TurnedAway : public TranscriptOf<kVersion> {
  protected:
    void each_is_turned_away(const std::vector<BadConnect>& rows) {
        for (const BadConnect& row : rows) {
            SCOPED_TRACE(row.what);
            Client& a = this->client("a").sends(raw(hex(row.bytes)));
            kVersion == v5 ? a.is_turned_away() : a.is_closed();
        }
        this->client("other").connects("other").gets_nothing();
    }
};

class MalformedConnectV311 : public TurnedAway<v311> {};
class MalformedConnectV5 : public TurnedAway<v5> {};

// [MQTT-3.1.1 3.1.2-3, 3.1.2-11, 3.1.2-13, 3.1.2-14, 3.1.2-15, 3.1.2-22, 3.1.4-1]
TEST_F(MalformedConnectV311, Flags) {
    each_is_turned_away({
        {"the reserved flag", "10 0d 00 04 'MQTT' 04 03 00 00 00 01 'c'"},
        {"will QoS 3", "10 13 00 04 'MQTT' 04 1e 00 00 00 01 'c' 00 01 'w' 00 01 'x'"},
        {"will QoS without a will", "10 0d 00 04 'MQTT' 04 0a 00 00 00 01 'c'"},
        {"will retain without a will", "10 0d 00 04 'MQTT' 04 22 00 00 00 01 'c'"},
        {"a password without a user name", "10 10 00 04 'MQTT' 04 42 00 00 00 01 'c' 00 01 'p'"},
        {"flags in the fixed header", "11 0d 00 04 'MQTT' 04 02 00 00 00 01 'c'"},
    });
}

// [MQTT-3.1.1 3.1.2-9, 3.1.2-19, 3.1.2-21, 3.1.3-1, 3.1.3-3]
TEST_F(MalformedConnectV311, Length) {
    each_is_turned_away({
        {"no body", "10 00"},
        {"only the protocol name", "10 06 00 04 'MQTT'"},
        {"no client id", "10 0a 00 04 'MQTT' 04 02 00 00"},
        {"a client id cut short", "10 0d 00 04 'MQTT' 04 02 00 00 00 05 'c'"},
        {"no will where the flag says so", "10 0d 00 04 'MQTT' 04 06 00 00 00 01 'c'"},
        {"no user name where the flag says so", "10 0d 00 04 'MQTT' 04 82 00 00 00 01 'c'"},
        {"no password where the flag says so", "10 10 00 04 'MQTT' 04 c2 00 00 00 01 'c' 00 01 'u'"},
        {"Remaining Length of five bytes", "10 ff ff ff ff 01"},
    });
}

// [MQTT-3.1.1 3.1.2-18, 3.1.2-20]: fields that no flag announces.
TEST_F(MalformedConnectV311, BytesAfterTheEnd) {
    each_is_turned_away({{"bytes after the end", "10 0f 00 04 'MQTT' 04 02 00 00 00 01 'c' 00 00"}});
}

// [MQTT-3.1.1 3.1.3-4, 3.1.3-10, 3.1.3-11, 1.5.3-1, 1.5.3-2]
TEST_F(MalformedConnectV311, Strings) {
    each_is_turned_away({
        {"bad UTF-8 in the client id", "10 0d 00 04 'MQTT' 04 02 00 00 00 01 ff"},
        {"U+0000 in the client id", "10 0d 00 04 'MQTT' 04 02 00 00 00 01 00"},
        {"bad UTF-8 in the will topic", "10 13 00 04 'MQTT' 04 06 00 00 00 01 'c' 00 01 ff 00 01 'x'"},
        {"a wildcard in the will topic", "10 13 00 04 'MQTT' 04 06 00 00 00 01 'c' 00 01 '#' 00 01 'x'"},
        {"bad UTF-8 in the user name", "10 10 00 04 'MQTT' 04 82 00 00 00 01 'c' 00 01 ff"},
    });
}

// [MQTT-5.0 3.1.2-3, 3.1.2-11, 3.1.2-12, 3.1.2-13]
TEST_F(MalformedConnectV5, Flags) {
    each_is_turned_away({
        {"the reserved flag", "10 0e 00 04 'MQTT' 05 03 00 00 00 00 01 'c'"},
        {"will QoS 3", "10 15 00 04 'MQTT' 05 1e 00 00 00 00 01 'c' 00 00 01 'w' 00 01 'x'"},
        {"will QoS without a will", "10 0e 00 04 'MQTT' 05 0a 00 00 00 00 01 'c'"},
        {"will retain without a will", "10 0e 00 04 'MQTT' 05 22 00 00 00 00 01 'c'"},
        {"flags in the fixed header", "12 0e 00 04 'MQTT' 05 02 00 00 00 00 01 'c'"},
    });
}

// [MQTT-5.0 3.1.2-9, 3.1.2-17, 3.1.2-19, 3.1.3-1, 3.1.3-3]
TEST_F(MalformedConnectV5, Length) {
    each_is_turned_away({
        {"no body", "10 00"},
        {"no properties", "10 0a 00 04 'MQTT' 05 02 00 00"},
        {"no client id", "10 0b 00 04 'MQTT' 05 02 00 00 00"},
        {"no will where the flag says so", "10 0e 00 04 'MQTT' 05 06 00 00 00 00 01 'c'"},
        {"no user name where the flag says so", "10 0e 00 04 'MQTT' 05 82 00 00 00 00 01 'c'"},
        {"no password where the flag says so", "10 0e 00 04 'MQTT' 05 42 00 00 00 00 01 'c'"},
    });
}

// [MQTT-5.0 3.1.2-16, 3.1.2-18]
TEST_F(MalformedConnectV5, BytesAfterTheEnd) {
    each_is_turned_away({{"bytes after the end", "10 10 00 04 'MQTT' 05 02 00 00 00 00 01 'c' 00 00"}});
}

// [MQTT-5.0 3.1.3-4, 3.1.3-11, 3.1.3-12, 1.5.4-1]
TEST_F(MalformedConnectV5, Strings) {
    each_is_turned_away({
        {"bad UTF-8 in the client id", "10 0e 00 04 'MQTT' 05 02 00 00 00 00 01 ff"},
        {"bad UTF-8 in the will topic", "10 15 00 04 'MQTT' 05 06 00 00 00 00 01 'c' 00 00 01 ff 00 01 'x'"},
        {"a wildcard in the will topic",
         "10 15 00 04 'MQTT' 05 06 00 00 00 00 01 'c' 00 00 01 '#' 00 01 'x'"},
        {"bad UTF-8 in the user name", "10 11 00 04 'MQTT' 05 82 00 00 00 00 01 'c' 00 01 ff"},
    });
}

// MQTT 5.0 section 3.1.2.11
TEST_F(MalformedConnectV5, Properties) {
    each_is_turned_away({
        {"an unknown one", "10 10 00 04 'MQTT' 05 02 00 00 02 7f 00 00 01 'c'"},
        {"one of another packet", "10 11 00 04 'MQTT' 05 02 00 00 03 23 00 01 00 01 'c'"},
        {"Receive Maximum 0", "10 11 00 04 'MQTT' 05 02 00 00 03 21 00 00 00 01 'c'"},
        {"Maximum Packet Size 0", "10 13 00 04 'MQTT' 05 02 00 00 05 27 00 00 00 00 00 01 'c'"},
        {"Receive Maximum twice", "10 14 00 04 'MQTT' 05 02 00 00 06 21 00 01 21 00 01 00 01 'c'"},
        {"Request Problem Information 2", "10 10 00 04 'MQTT' 05 02 00 00 02 17 02 00 01 'c'"},
    });
}

// MQTT 5.0 section 3.1.2.11.10
TEST_F(MalformedConnectV5, AuthenticationDataWithoutMethod) {
    MOSQUITTO_DIFFERS("5.0 3.1.2.11.10", "accepts Authentication Data without an Authentication Method");
    each_is_turned_away({
        {"Authentication Data without a method", "10 12 00 04 'MQTT' 05 02 00 00 04 16 00 01 'd' 00 01 'c'"},
    });
}

}  // namespace dray::conformance
