// A Paho client that remembers what it hears, for tests to ask.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace dray::test {

struct Heard {
    std::string topic;
    std::string payload;
    bool retained = false;
};

class Observer {
  public:
    Observer(int port, const std::string& filter);
    ~Observer();

    void publish(const std::string& topic, const std::string& payload);
    // Everything so far whose topic begins like this.
    std::vector<Heard> heard(const std::string& topic_start) const;
    // Waits for a message that passes.
    std::optional<Heard> wait_for(const std::function<bool(const Heard&)>& passes);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace dray::test
