#include "program/screen.h"

#include <fmt/core.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <optional>

#include "program/report.h"

namespace dray::program {
namespace {

constexpr std::uint32_t kBarWidth = 40;

std::optional<termios>& terminal_before() {
    static std::optional<termios> before;
    return before;
}

std::string bar(std::uint32_t part, std::uint32_t whole) {
    const std::uint64_t filled = whole == 0 ? 0 : std::uint64_t{part} * kBarWidth / whole;
    return std::string(filled, '#') + std::string(kBarWidth - filled, '.');
}

}  // namespace

Screen::Screen() {
    termios now{};
    if (tcgetattr(STDIN_FILENO, &now) == 0) {
        terminal_before() = now;
        now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &now);
    }
    fmt::print("\033[?1049h\033[?25l");
    std::fflush(stdout);
}

Screen::~Screen() {
    fmt::print("\033[?25h\033[?1049l");
    std::fflush(stdout);
    if (terminal_before()) tcsetattr(STDIN_FILENO, TCSANOW, &*terminal_before());
    terminal_before().reset();
}

void Screen::draw(const std::string& title, const Snapshot& snapshot, const Rates& rates) {
    std::string text = "\033[H";
    for (const char c : screen_text(title, snapshot, rates)) {
        if (c == '\n') text += "\033[K";
        text += c;
    }
    fmt::print("{}\033[J", text);
    std::fflush(stdout);
}

std::string screen_text(const std::string& title, const Snapshot& snapshot, const Rates& rates) {
    const FleetFigures& fleet = snapshot.fleet;
    const link::LinkFigures& links = snapshot.links;
    const auto percentiles = [](const Durations& durations) {
        if (durations.count() == 0) return std::string("none yet");
        return fmt::format("p50 {}, p99 {}", duration_text(durations.percentile(0.5)),
                           duration_text(durations.percentile(0.99)));
    };
    return fmt::format(
        "{}\n"
        "{} simulated, {}x as fast as the clock, running for {}{}\n"
        "\n"
        "connected    [{}] {} of {}\n"
        "             {}\n"
        "vehicles     {} idle   {} assigned   {} refuelling   {} broken down   {} off duty\n"
        "orders       {} offers heard   {} bids   {} won   {} lost   {} revoked   {} delivered\n"
        "             time to award {}; to deliver {}\n"
        "messages     {:.0f}/s out   {:.0f}/s in   {} dropped\n"
        "positions    {} taken   {} kept until there was radio   {} lost\n"
        "connections  {} made   {} lost   {} attempts failed\n"
        "process      {:.0f} % of one processor   {:.1f} MB   {:.1f} kB a vehicle   {} ticks late\n"
        "\n"
        "space: pause   + -: faster, slower   q: stop\n",
        title, clock_text(snapshot.time_of_day_s), snapshot.speed, clock_text(snapshot.elapsed_s),
        snapshot.paused ? "   PAUSED" : "", bar(links.up, fleet.vehicles), links.up, fleet.vehicles,
        snapshot.trouble, fleet.idle, fleet.assigned, fleet.refuelling, fleet.broken_down, fleet.off_duty,
        fleet.offers, fleet.bids, fleet.won, fleet.lost, fleet.revoked, fleet.delivered,
        percentiles(fleet.time_to_award), percentiles(fleet.time_to_deliver), rates.sent, rates.received,
        links.dropped, fleet.fixes, fleet.fixes_kept, fleet.fixes_lost, links.connects, links.losses,
        links.failures, rates.cpu * 100, static_cast<double>(snapshot.process.memory_bytes) / 1e6,
        snapshot.per_vehicle_bytes() / 1000, fleet.late_ticks);
}

}  // namespace dray::program
