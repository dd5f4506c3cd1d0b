#include "services/common/requester.h"

#include <utility>

namespace dray::service {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};

}  // namespace

Requester::Requester(Service& app, std::chrono::milliseconds deadline)
    : app_(app), deadline_(deadline), reply_topic_("reply/" + app.instance()) {
    app.on_stream(reply_topic_, 0, [this](const Message& message) { answered(message); });
    app.every(kLookEvery, [this](Transaction&) { give_up_late(); });
}

void Requester::ask(const std::string& topic, Answer answer) {
    const auto correlation = new_uuid();
    pending_[correlation] = {Clock::now() + deadline_, std::move(answer)};
    app_.publish_now({.topic = topic,
                      .payload = {},
                      .qos = 0,
                      .response_topic = reply_topic_,
                      .correlation_data = correlation});
}

void Requester::answered(const Message& message) {
    auto found = pending_.extract(message.correlation_data);
    if (!found.empty()) found.mapped().answer(message.payload);
}

void Requester::give_up_late() {
    const auto now = Clock::now();
    for (auto next = pending_.begin(); next != pending_.end();) {
        if (next->second.deadline > now) {
            ++next;
            continue;
        }
        auto late = pending_.extract(next++);
        late.mapped().answer(std::nullopt);
    }
}

}  // namespace dray::service
