#include "bridge/bridge_options.h"

#include "mqtt/topic.h"
#include "net/address.h"

namespace dray::bridge {

namespace {

constexpr std::size_t kNameBytesMax = 200;

bool is_name(const std::string& name) {
    return !name.empty() && name.size() <= kNameBytesMax && name.find('/') == std::string::npos &&
           mqtt::is_valid_topic_name(name);
}

std::string mistake_in_address(const std::string& address) {
    const auto where = net::HostPort::parse(address);
    if (!where) return where.error().what;
    return where->port == 0 ? "needs a port" : "";
}

// Whether what one rule takes from a side another takes as well: then a broker may give it twice.
bool overlap(const TopicRule& a, const TopicRule& b, Side from) {
    const TopicMap of_a({&a, 1}, from);
    const TopicMap of_b({&b, 1}, from);
    for (const TopicMap::Way& one : of_a.ways()) {
        for (const TopicMap::Way& two : of_b.ways()) {
            if (mqtt::covers(one.filter, two.filter) || mqtt::covers(two.filter, one.filter)) return true;
        }
    }
    return false;
}

std::optional<BridgeMistake> mistake_in_topics(const std::vector<TopicRule>& topics) {
    if (topics.empty()) return BridgeMistake{"topics", "is missing: [[bridge.topics]] says what crosses"};
    for (std::size_t i = 0; i < topics.size(); ++i) {
        const std::string prefix = "topics." + std::to_string(i) + '.';
        if (auto mistake = find_mistake(topics[i]))
            return BridgeMistake{prefix + mistake->option, mistake->what};
        for (std::size_t j = 0; j < i; ++j) {
            if (!overlap(topics[i], topics[j], Side::kLocal) && !overlap(topics[i], topics[j], Side::kRemote))
                continue;
            return BridgeMistake{prefix + "filter", "takes what topics." + std::to_string(j) + " takes"};
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<BridgeMistake> find_mistake(const BridgeOptions& options) {
    if (!is_name(options.name))
        return BridgeMistake{"name", "must be 1 to 200 bytes without '/', '+' and '#'"};
    if (std::string wrong = mistake_in_address(options.address); !wrong.empty())
        return BridgeMistake{"address", std::move(wrong)};
    const net::CertificateFiles& shown = options.tls_settings.certificate;
    if (shown.certificate_file.empty() != shown.private_key_file.empty())
        return BridgeMistake{"certificate_file", "and private_key_file belong together"};
    if (!options.tls && (!shown.certificate_file.empty() || !options.tls_settings.ca_file.empty()))
        return BridgeMistake{"tls", "must be true for ca_file and certificate_file to mean something"};
    if (options.user.empty() && !options.password_file.empty())
        return BridgeMistake{"user", "is missing: it belongs to the password_file"};
    if (options.retry_ms_max < options.retry_ms_min)
        return BridgeMistake{"retry_ms_max", "must not be less than retry_ms_min"};
    return mistake_in_topics(options.topics);
}

std::string local_name(const BridgeOptions& options) {
    return "$bridge." + options.name;
}

}  // namespace dray::bridge
