#include "app/bridges.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <random>
#include <stdexcept>

#include "admin/token_file.h"
#include "app/private_door.h"

namespace dray::app {

namespace {

// config.site, or a random name.
std::string site_of(const Config& config) {
    if (!config.site.empty()) return config.site;
    std::random_device chance;
    std::array<char, 24> text{};
    std::snprintf(text.data(), text.size(), "%08x%08x", chance(), chance());
    return text.data();
}

}  // namespace

std::string password_of(const bridge::BridgeOptions& options) {
    try {
        return admin::read_token_file(options.password_file);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("bridge " + options.name + ": password_file: " + error.what());
    }
}

void Bridges::add(const Config& config, std::span<const std::unique_ptr<net::SocketTransport>> transports) {
    const std::string site = site_of(config);
    for (const bridge::BridgeOptions& bridge : config.bridges) {
        net::SocketTransport& transport = *transports[bridges_.size() % transports.size()];
        bridges_.push_back(std::make_unique<bridge::Bridge>(
            bridge, bridge::Home{.address = open_private_door(transport, bridge::local_name(bridge)),
                                 .site = site,
                                 .password = password_of(bridge),
                                 .receive_max = config.limits.receive_messages_max,
                                 .packet_bytes_max = config.limits.packet_bytes_max}));
    }
}

std::vector<const bridge::Figures*> Bridges::figures() const {
    std::vector<const bridge::Figures*> figures;
    for (const auto& bridge : bridges_) figures.push_back(&bridge->figures());
    return figures;
}

void Bridges::start() {
    for (const auto& bridge : bridges_) bridge->start();
}

void Bridges::ask_to_stop() {
    for (const auto& bridge : bridges_) bridge->ask_to_stop();
}

bool Bridges::stop(std::chrono::steady_clock::time_point deadline) {
    ask_to_stop();
    return std::ranges::all_of(bridges_, [&](const auto& bridge) { return bridge->wait(deadline); });
}

}  // namespace dray::app
