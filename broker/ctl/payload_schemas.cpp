#include "ctl/payload_schemas.h"

#include <google/protobuf/util/json_util.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <regex>

#include "ctl/failure.h"
#include "dray/v1/asyncapi.h"
#include "dray/v1/check.pb.h"
#include "dray/v1/dispatch.pb.h"
#include "dray/v1/fleet.pb.h"
#include "dray/v1/order.pb.h"
#include "dray/v1/privacy.pb.h"
#include "dray/v1/vehicle.pb.h"
#include "mqtt/topic.h"

namespace dray::ctl {

namespace {

using google::protobuf::DescriptorPool;
using google::protobuf::Message;
using google::protobuf::MessageFactory;

// A file of messages is linked if one of them is named.
void link_all() {
    for (const auto* descriptor :
         {v1::AddressChecked::descriptor(), v1::Award::descriptor(), v1::FleetPositions::descriptor(),
          v1::OrderPlaced::descriptor(), v1::PrivacyReport::descriptor(), v1::Location::descriptor()}) {
        static_cast<void>(descriptor);
    }
}

const Message* prototype_of(const std::string& name) {
    const auto* descriptor = DescriptorPool::generated_pool()->FindMessageTypeByName("dray.v1." + name);
    return descriptor == nullptr ? nullptr : MessageFactory::generated_factory()->GetPrototype(descriptor);
}

}  // namespace

PayloadSchemas::PayloadSchemas() {
    link_all();
    const std::regex parameter("\\{[^}]*\\}");
    const auto document = nlohmann::json::parse(v1::kAsyncApi);
    for (const auto& channel : document["channels"]) {
        const std::string address = channel["address"];
        channels_.push_back({std::regex_replace(address, parameter, "+"),
                             prototype_of(channel["messages"].items().begin().key())});
    }
}

const PayloadSchemas::Channel* PayloadSchemas::find(std::string_view topic) const {
    for (const Channel& channel : channels_) {
        if (mqtt::matches(channel.filter, topic)) return &channel;
    }
    return nullptr;
}

std::optional<std::string> PayloadSchemas::decode(std::string_view topic, const std::string& payload) const {
    const Channel* channel = find(topic);
    if (channel == nullptr) return {};
    const std::unique_ptr<Message> message(channel->prototype->New());
    if (!message->ParseFromString(payload)) return {};
    google::protobuf::util::JsonPrintOptions options;
    options.preserve_proto_field_names = true;
    std::string json;
    if (!google::protobuf::util::MessageToJsonString(*message, &json, options).ok()) return {};
    return json;
}

std::string PayloadSchemas::encode(std::string_view topic, const std::string& json) const {
    const Channel* channel = find(topic);
    if (channel == nullptr)
        throw Failure(ExitCode::kUsage, "no message of ours is published to " + std::string(topic));
    const std::unique_ptr<Message> message(channel->prototype->New());
    const auto status = google::protobuf::util::JsonStringToMessage(json, message.get());
    if (!status.ok())
        throw Failure(ExitCode::kUsage,
                      "that is no " + channel->prototype->GetDescriptor()->name() + ": " + status.ToString());
    return message->SerializeAsString();
}

}  // namespace dray::ctl
