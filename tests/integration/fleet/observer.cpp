#include "observer.h"

#include <mqtt/async_client.h>

#include <algorithm>
#include <mutex>

#include "child_process.h"

namespace dray::test {

struct Observer::Parts {
    mqtt::async_client client;
    mutable std::mutex mutex;
    std::vector<Heard> heard;
};

Observer::Observer(int port, const std::string& filter)
    : parts_(new Parts{{"tcp://127.0.0.1:" + std::to_string(port), ""}, {}, {}}) {
    parts_->client.set_message_callback([this](const mqtt::const_message_ptr& message) {
        const std::lock_guard lock(parts_->mutex);
        parts_->heard.push_back({message->get_topic(), message->to_string(), message->is_retained()});
    });
    mqtt::connect_options options;
    options.set_clean_session(true);
    parts_->client.connect(options)->wait();
    parts_->client.subscribe(filter, 1)->wait();
}

Observer::~Observer() {
    try {
        parts_->client.disconnect()->wait_for(std::chrono::seconds(2));
    } catch (const mqtt::exception&) {
        // The broker was stopped by the test.
    }
}

void Observer::publish(const std::string& topic, const std::string& payload) {
    parts_->client.publish(topic, payload, 1, false)->wait();
}

std::vector<Heard> Observer::heard(const std::string& topic_start) const {
    const std::lock_guard lock(parts_->mutex);
    std::vector<Heard> found;
    std::copy_if(parts_->heard.begin(), parts_->heard.end(), std::back_inserter(found),
                 [&](const Heard& one) { return one.topic.rfind(topic_start, 0) == 0; });
    return found;
}

std::optional<Heard> Observer::wait_for(const std::function<bool(const Heard&)>& passes) {
    std::optional<Heard> found;
    eventually([&] {
        const std::lock_guard lock(parts_->mutex);
        const auto at = std::find_if(parts_->heard.begin(), parts_->heard.end(), passes);
        if (at != parts_->heard.end()) found = *at;
        return found.has_value();
    });
    return found;
}

}  // namespace dray::test
