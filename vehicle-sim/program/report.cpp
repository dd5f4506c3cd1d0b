#include "program/report.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace dray::program {
namespace {

constexpr double kMegabyte = 1e6;

nlohmann::ordered_json durations_json(const Durations& durations) {
    return {{"count", durations.count()},
            {"p50", durations.percentile(0.5).count()},
            {"p90", durations.percentile(0.9).count()},
            {"p99", durations.percentile(0.99).count()},
            {"max", durations.longest().count()}};
}

std::string durations_text(const Durations& durations) {
    if (durations.count() == 0) return "none";
    return fmt::format("p50 {}, p90 {}, p99 {}, longest {} ({} orders)",
                       duration_text(durations.percentile(0.5)), duration_text(durations.percentile(0.9)),
                       duration_text(durations.percentile(0.99)), duration_text(durations.longest()),
                       durations.count());
}

}  // namespace

std::string clock_text(double seconds_of_day) {
    const auto s = static_cast<long>(std::floor(seconds_of_day)) % 86400;
    return fmt::format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string duration_text(std::chrono::milliseconds duration) {
    const auto ms = static_cast<double>(duration.count());
    if (ms < 1000) return fmt::format("{} ms", duration.count());
    if (ms < 120'000) return fmt::format("{:.1f} s", ms / 1000);
    return fmt::format("{:.0f} min", ms / 60'000);
}

std::string json_line(const char* kind, const Snapshot& snapshot, const Rates& rates) {
    const FleetFigures& fleet = snapshot.fleet;
    const link::LinkFigures& links = snapshot.links;
    nlohmann::ordered_json line{{"kind", kind},
                                {"time_ms", snapshot.now.ms},
                                {"elapsed_s", snapshot.elapsed_s},
                                {"simulated_s", snapshot.simulated_s},
                                {"vehicles", fleet.vehicles},
                                {"connected", links.up},
                                {"idle", fleet.idle},
                                {"assigned", fleet.assigned},
                                {"refuelling", fleet.refuelling},
                                {"broken_down", fleet.broken_down},
                                {"off_duty", fleet.off_duty},
                                {"messages_per_s", rates.sent},
                                {"received_per_s", rates.received},
                                {"offers", fleet.offers},
                                {"bids", fleet.bids},
                                {"won", fleet.won},
                                {"lost", fleet.lost},
                                {"revoked", fleet.revoked},
                                {"delivered", fleet.delivered},
                                {"time_to_award_ms", durations_json(fleet.time_to_award)},
                                {"time_to_deliver_ms", durations_json(fleet.time_to_deliver)},
                                {"breakdowns", fleet.breakdowns},
                                {"refuellings", fleet.refuellings},
                                {"fixes", fleet.fixes},
                                {"fixes_kept", fleet.fixes_kept},
                                {"fixes_lost", fleet.fixes_lost},
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
                                {"late_ticks", fleet.late_ticks},
                                {"cpu", rates.cpu},
                                {"memory_bytes", snapshot.process.memory_bytes},
                                {"memory_bytes_per_vehicle", std::round(snapshot.per_vehicle_bytes())}};
    if (snapshot.dry_run) {
        line["times_real_time"] = snapshot.speed;
        line["vehicle_seconds_per_s"] = snapshot.vehicle_seconds_per_s();
    }
    if (snapshot.paused) line["paused"] = true;
    if (!snapshot.trouble.empty()) line["trouble"] = snapshot.trouble;
    return line.dump();
}

std::string text_line(const Snapshot& snapshot, const Rates& rates) {
    const FleetFigures& fleet = snapshot.fleet;
    const link::LinkFigures& links = snapshot.links;
    std::string line = clock_text(snapshot.time_of_day_s) + ' ';
    if (snapshot.dry_run)
        line += fmt::format("{:.1f} times real time", snapshot.speed);
    else
        line += fmt::format("{}/{} connected", links.up, fleet.vehicles);
    line += fmt::format(" | {} idle, {} assigned | ", fleet.idle, fleet.assigned);
    if (!snapshot.dry_run) line += fmt::format("{:.0f} msg/s out, {:.0f} in | ", rates.sent, rates.received);
    line += fmt::format("bids {}, won {} | delivered {}", fleet.bids, fleet.won, fleet.delivered);
    const auto mention = [&](std::uint64_t count, const char* what) {
        if (count > 0) line += fmt::format(" | {} {}", what, count);
    };
    mention(fleet.off_duty, "off duty");
    mention(fleet.refuelling, "refuelling");
    mention(fleet.broken_down, "broken down");
    mention(links.dropped, "dropped");
    mention(fleet.late_ticks, "late");
    if (snapshot.paused) line += " | paused";
    if (!snapshot.trouble.empty()) line += " | " + snapshot.trouble;
    return line;
}

std::string text_report(const Snapshot& snapshot) {
    const FleetFigures& fleet = snapshot.fleet;
    const link::LinkFigures& links = snapshot.links;
    const double cpu_seconds = snapshot.process.cpu_seconds - snapshot.before.cpu_seconds;
    const double cpu = snapshot.elapsed_s > 0 ? cpu_seconds / snapshot.elapsed_s * 100 : 0;
    std::string text = fmt::format(
        "stopped after {:.1f} s, in which {:.0f} s were simulated\n"
        "  vehicles         {}; {} breakdowns, {} refuellings\n"
        "  orders           {} offers heard, {} bids, {} won, {} lost, {} revoked, {} delivered\n"
        "  time to award    {}\n"
        "  time to deliver  {}\n",
        snapshot.elapsed_s, snapshot.simulated_s, fleet.vehicles, fleet.breakdowns, fleet.refuellings,
        fleet.offers, fleet.bids, fleet.won, fleet.lost, fleet.revoked, fleet.delivered,
        durations_text(fleet.time_to_award), durations_text(fleet.time_to_deliver));
    if (snapshot.dry_run)
        text += fmt::format(
            "  speed            {:.2f} times as fast as real time, {:.2f} if one processor were free for it; "
            "all in one\n"
            "                   thread: {:.0f} vehicles moved by a second, a second\n",
            snapshot.speed, snapshot.simulated_s / std::max(cpu_seconds, 1e-3),
            snapshot.vehicle_seconds_per_s());
    else
        text += fmt::format(
            "  messages         {} sent, {} received, {} dropped; {:.1f} MB out, {:.1f} MB in\n"
            "  positions        {} taken, {} kept until there was radio, {} of those lost\n"
            "  connections      {} made, {} lost, {} attempts failed\n",
            links.messages_sent, links.messages_received, links.dropped,
            static_cast<double>(links.bytes_sent) / kMegabyte,
            static_cast<double>(links.bytes_received) / kMegabyte, fleet.fixes, fleet.fixes_kept,
            fleet.fixes_lost, links.connects, links.losses, links.failures);
    text += fmt::format(
        "  this process     {:.1f} s of CPU ({:.0f} % of one processor), {:.1f} MB, {:.0f} bytes a vehicle\n",
        cpu_seconds, cpu, static_cast<double>(snapshot.process.memory_bytes) / kMegabyte,
        snapshot.per_vehicle_bytes());
    return text;
}

}  // namespace dray::program
