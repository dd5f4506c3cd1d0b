// Asks a question over MQTT 5 and waits for the answer, for so long: Response Topic and Correlation Data,
// [MQTT-5.0 4.10]. The other side is Service::on_request.
//
//   ask ──> check/address/60614   (response topic reply/dray-store, correlation data 7f3a…)
//   answer <── reply/dray-store   (correlation data 7f3a…)      or nothing, at the deadline
//
// Lives on the service's thread, as all its functions do.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "services/common/service.h"

namespace dray::service {

class Requester {
  public:
    using Answer = std::function<void(std::optional<std::string> payload)>;  // nothing: not in time

    // Before the service starts.
    Requester(Service& app, std::chrono::milliseconds deadline);
    void ask(const std::string& topic, Answer answer);

  private:
    using Clock = std::chrono::steady_clock;
    struct Pending {
        Clock::time_point deadline;
        Answer answer;
    };
    void answered(const Message& message);
    void give_up_late();

    Service& app_;
    std::chrono::milliseconds deadline_;
    std::string reply_topic_;
    std::map<std::string, Pending> pending_;  // by correlation data
};

}  // namespace dray::service
