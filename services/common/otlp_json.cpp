#include "services/common/otlp_json.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <nlohmann/json.hpp>

namespace dray::service {
namespace {

using nlohmann::ordered_json;

ordered_json attribute(const std::string& key, const std::string& value) {
    return {{"key", key}, {"value", {{"stringValue", value}}}};
}

ordered_json span_json(const Span& span) {
    ordered_json json = {{"traceId", span.trace_id}, {"spanId", span.span_id}};
    if (!span.parent_id.empty()) json["parentSpanId"] = span.parent_id;
    json["name"] = span.name;
    json["kind"] = static_cast<int>(span.kind);
    json["startTimeUnixNano"] = std::to_string(span.start_ns);
    json["endTimeUnixNano"] = std::to_string(std::max(span.start_ns, span.end_ns));
    json["attributes"] = ordered_json::array();
    for (const auto& [key, value] : span.attributes) json["attributes"].push_back(attribute(key, value));
    json["status"] = ordered_json::object();
    return json;
}

}  // namespace

std::string to_otlp_json(const std::vector<Span>& spans, const std::string& service,
                         const std::string& instance) {
    std::map<std::string, ordered_json> by_service;
    for (const Span& span : spans) {
        auto& list = by_service.try_emplace(span.service, ordered_json::array()).first->second;
        list.push_back(span_json(span));
    }
    ordered_json resources = ordered_json::array();
    for (auto& [name, list] : by_service) {
        ordered_json attributes =
            ordered_json::array({attribute("service.name", name), attribute("service.namespace", "dray")});
        if (name == service) attributes.push_back(attribute("service.instance.id", instance));
        ordered_json scope = {{"scope", {{"name", "dray"}}}, {"spans", std::move(list)}};
        resources.push_back({{"resource", {{"attributes", std::move(attributes)}}},
                             {"scopeSpans", ordered_json::array({std::move(scope)})}});
    }
    return ordered_json{{"resourceSpans", std::move(resources)}}.dump(-1, ' ', false,
                                                                      ordered_json::error_handler_t::replace);
}

std::uint64_t rejected_spans(const std::string& answer) {
    const auto json = ordered_json::parse(answer, nullptr, false);
    if (!json.is_object() || !json.contains("partialSuccess")) return 0;
    const auto& partial = json["partialSuccess"];
    if (!partial.is_object() || !partial.contains("rejectedSpans")) return 0;
    const auto& rejected = partial["rejectedSpans"];
    if (rejected.is_number_unsigned()) return rejected.get<std::uint64_t>();
    std::uint64_t count = 0;
    if (rejected.is_string()) {
        const auto& text = rejected.get_ref<const std::string&>();
        std::from_chars(text.data(), text.data() + text.size(), count);
    }
    return count;
}

}  // namespace dray::service
