#include "program/status.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>
#include <nlohmann/json.hpp>

namespace dray::program {
namespace {

constexpr std::chrono::milliseconds kPlainPeriod{5000};

std::string json_line(const char* kind, Instant now, const FleetFigures& fleet,
                      const link::LinkFigures& links, double sent_per_s, double received_per_s,
                      const std::string& trouble) {
    nlohmann::ordered_json line{{"kind", kind},
                                {"time_ms", now.ms},
                                {"vehicles", fleet.vehicles},
                                {"connected", links.up},
                                {"idle", fleet.idle},
                                {"assigned", fleet.assigned},
                                {"messages_per_s", sent_per_s},
                                {"received_per_s", received_per_s},
                                {"offers", fleet.offers},
                                {"bids", fleet.bids},
                                {"won", fleet.won},
                                {"lost", fleet.lost},
                                {"revoked", fleet.revoked},
                                {"delivered", fleet.delivered},
                                {"messages_sent", links.messages_sent},
                                {"messages_received", links.messages_received},
                                {"bytes_sent", links.bytes_sent},
                                {"bytes_received", links.bytes_received},
                                {"dropped", links.dropped},
                                {"connects", links.connects},
                                {"losses", links.losses},
                                {"failed_connects", links.failures},
                                {"subscriptions_refused", links.subscriptions_refused},
                                {"malformed", fleet.malformed},
                                {"late_ticks", fleet.late_ticks}};
    if (!trouble.empty()) line["trouble"] = trouble;
    return line.dump();
}

std::string text_line(const FleetFigures& fleet, const link::LinkFigures& links, double sent_per_s,
                      double received_per_s, const std::string& trouble) {
    std::string line = fmt::format(
        "{}/{} connected | {} idle, {} assigned | {:.0f} msg/s out, {:.0f} in | bids {}, won {} | delivered "
        "{}",
        links.up, fleet.vehicles, fleet.idle, fleet.assigned, sent_per_s, received_per_s, fleet.bids,
        fleet.won, fleet.delivered);
    if (links.dropped > 0) line += fmt::format(" | dropped {}", links.dropped);
    if (fleet.late_ticks > 0) line += fmt::format(" | late {}", fleet.late_ticks);
    if (!trouble.empty()) line += " | " + trouble;
    return line;
}

}  // namespace

Status::Status(bool json)
    : style_(json                    ? Style::kJson
             : isatty(STDOUT_FILENO) ? Style::kTerminal
                                     : Style::kPlain) {}

void Status::update(Instant now, const FleetFigures& fleet, const link::LinkFigures& links,
                    const std::string& trouble) {
    if (started_.ms == 0) started_ = last_shown_ = now;
    if (style_ == Style::kPlain && now - last_shown_ < kPlainPeriod) return;
    const double seconds = std::max(static_cast<double>((now - last_shown_).count()) / 1000, 0.001);
    const double sent = static_cast<double>(links.messages_sent - last_sent_) / seconds;
    const double received = static_cast<double>(links.messages_received - last_received_) / seconds;
    last_shown_ = now;
    last_sent_ = links.messages_sent;
    last_received_ = links.messages_received;
    switch (style_) {
        case Style::kJson:
            fmt::print("{}\n", json_line("status", now, fleet, links, sent, received, trouble));
            break;
        case Style::kPlain:
            fmt::print("{}\n", text_line(fleet, links, sent, received, trouble));
            break;
        case Style::kTerminal:
            fmt::print("\r\033[K{}", text_line(fleet, links, sent, received, trouble));
            line_open_ = true;
            break;
    }
    std::fflush(stdout);
}

void Status::finish(Instant now, const FleetFigures& fleet, const link::LinkFigures& links) {
    if (line_open_) fmt::print("\n");
    line_open_ = false;
    const double seconds = std::max(static_cast<double>((now - started_).count()) / 1000, 0.001);
    const double sent = static_cast<double>(links.messages_sent) / seconds;
    const double received = static_cast<double>(links.messages_received) / seconds;
    if (style_ == Style::kJson) {
        fmt::print("{}\n", json_line("total", now, fleet, links, sent, received, ""));
    } else {
        fmt::print(
            "stopped after {:.1f} s: {} messages sent, {} received, {} dropped; {} offers heard, {} bids, {} "
            "won, "
            "{} delivered; {} connections lost\n",
            seconds, links.messages_sent, links.messages_received, links.dropped, fleet.offers, fleet.bids,
            fleet.won, fleet.delivered, links.losses);
    }
    std::fflush(stdout);
}

void Status::say(const std::string& message) {
    if (line_open_) fmt::print("\n");
    line_open_ = false;
    std::fflush(stdout);
    fmt::print(stderr, "dray-fleet: {}\n", message);
}

}  // namespace dray::program
