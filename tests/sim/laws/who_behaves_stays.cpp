// The broker closes the connection of a client that keeps the rules only when the client says goodbye, when
// another connection takes its session over, or when the broker stops.
#include "laws/laws.h"

namespace dray::sim {

namespace {

class WhoBehavesStays final : public Law {
  public:
    std::string_view name() const override { return "who behaves stays"; }

    void closed(const Closing& closing) override {
        if (!closing.behaves) return;
        switch (closing.reason) {
            case mqtt::ReasonCode::kSuccess:
                if (closing.said_goodbye) return;
                break;
            case mqtt::ReasonCode::kSessionTakenOver:
                if (closing.has_rival) return;
                break;
            case mqtt::ReasonCode::kServerShuttingDown:
            case mqtt::ReasonCode::kMaximumConnectTime:  // the network has held its CONNECT back
                return;
            default:
                break;
        }
        broken(closing.client + " was thrown out: " + closing.why);
    }
};

}  // namespace

std::unique_ptr<Law> who_behaves_stays() {
    return std::make_unique<WhoBehavesStays>();
}

}  // namespace dray::sim
