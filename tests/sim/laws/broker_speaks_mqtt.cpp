// What comes from the broker is MQTT, in its place: whole packets, CONNACK first, acknowledgements of what
// was sent, and Session Present as long as a session that lasts has not been ended by its client
// [MQTT-3.1.1 3.2.2-2].
#include "laws/laws.h"

namespace dray::sim {

namespace {

class BrokerSpeaksMqtt final : public Law {
  public:
    std::string_view name() const override { return "broker speaks MQTT"; }
    void misspoke(const std::string& client, const std::string& what) override {
        broken("to " + client + ": " + what);
    }
};

}  // namespace

std::unique_ptr<Law> broker_speaks_mqtt() {
    return std::make_unique<BrokerSpeaksMqtt>();
}

}  // namespace dray::sim
