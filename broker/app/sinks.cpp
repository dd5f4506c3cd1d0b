#include "app/sinks.h"

#include <algorithm>
#include <stdexcept>

#include "admin/token_file.h"
#include "app/private_door.h"

namespace dray::app {

std::string password_of(const sink::SinkOptions& options) {
    try {
        return admin::read_token_file(options.password_file);
    } catch (const std::runtime_error& error) {
        throw std::runtime_error("sink " + options.name + ": password_file: " + error.what());
    }
}

void Sinks::add(const Config& config, std::span<const std::unique_ptr<net::SocketTransport>> transports) {
    for (const sink::SinkOptions& options : config.sinks) {
        net::SocketTransport& transport = *transports[sinks_.size() % transports.size()];
        password_of(options);
        sinks_.push_back(std::make_unique<sink::Sink>(
            options, sink::Home{.address = open_private_door(transport, sink::local_name(options)),
                                .password = [options] { return password_of(options); },
                                .packet_bytes_max = config.limits.packet_bytes_max}));
    }
}

std::vector<const sink::Figures*> Sinks::figures() const {
    std::vector<const sink::Figures*> figures;
    for (const auto& sink : sinks_) figures.push_back(&sink->figures());
    return figures;
}

void Sinks::start() {
    for (const auto& sink : sinks_) sink->start();
}

void Sinks::ask_to_stop() {
    for (const auto& sink : sinks_) sink->ask_to_stop();
}

bool Sinks::stop(std::chrono::steady_clock::time_point deadline) {
    ask_to_stop();
    return std::ranges::all_of(sinks_, [&](const auto& sink) { return sink->wait(deadline); });
}

}  // namespace dray::app
