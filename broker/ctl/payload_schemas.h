// What payloads on the topics of Dray's own services and vehicles mean: proto/asyncapi.json says which
// protobuf message is on which topic, and the messages' own descriptors do the rest.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Message;
}

namespace dray::ctl {

class PayloadSchemas {
  public:
    PayloadSchemas();

    // As JSON on one line; nothing if the topic is none of ours, or the payload is no such message.
    std::optional<std::string> decode(std::string_view topic, const std::string& payload) const;
    // Throws Failure: the topic is none of ours, or the JSON is no such message.
    std::string encode(std::string_view topic, const std::string& json) const;

  private:
    struct Channel {
        std::string filter;
        const google::protobuf::Message* prototype;
    };
    const Channel* find(std::string_view topic) const;

    std::vector<Channel> channels_;
};

}  // namespace dray::ctl
