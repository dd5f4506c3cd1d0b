// A new subscriber gets, for each topic, the retained message that was accepted last; instead of it, it may
// be a later one that was not answered. (One client publishes to a topic, at one QoS.) Where messages are
// refused, an earlier one that was sent again may be the last: its publisher never heard that it was refused
// the first time.
#include <algorithm>
#include <map>
#include <vector>

#include "laws/laws.h"
#include "situation.h"

namespace dray::sim {

namespace {

class LastAcceptedIsRetained final : public Law {
  public:
    std::string_view name() const override { return "last accepted is retained"; }

    void sent(const Message& message) override {
        if (message.retain) by_topic_[message.topic].push_back(&message);
    }
    void at_the_end(Situation& situation) override {
        for (const auto& [topic, messages] : by_topic_) {
            const auto found = situation.retained(topic);
            const std::vector<const Message*> possible =
                candidates(messages, situation.publishes_refused() > 0);
            const auto is_it = [&](const Message* message) {
                const bool nothing = message == nullptr || message->is_empty ||
                                     message->expires_at <= situation.cluster().now();
                return found ? message != nullptr && message->number == *found : nothing;
            };
            if (std::ranges::any_of(possible, is_it)) continue;
            return broken(topic + " has retained " + (found ? std::to_string(*found) : "nothing") +
                          "; accepted last was " +
                          (possible.front() ? std::to_string(possible.front()->number) : "nothing"));
        }
    }

  private:
    // The one that was accepted last (or nothing), and what was sent, or may have been taken, later.
    static std::vector<const Message*> candidates(const std::vector<const Message*>& messages,
                                                  bool some_were_refused) {
        std::vector<const Message*> possible = {nullptr};
        for (const Message* message : messages) {
            if (message->fate == Message::Fate::kAccepted) {
                std::erase_if(possible, [&](const Message* earlier) {
                    return earlier == nullptr || !earlier->was_repeated || !some_were_refused;
                });
            }
            // One that was sent twice may have been accepted before it was refused.
            if (message->fate != Message::Fate::kRefused || message->was_repeated)
                possible.push_back(message);
        }
        return possible;
    }

    std::map<std::string, std::vector<const Message*>> by_topic_;
};

}  // namespace

std::unique_ptr<Law> last_accepted_is_retained() {
    return std::make_unique<LastAcceptedIsRetained>();
}

}  // namespace dray::sim
