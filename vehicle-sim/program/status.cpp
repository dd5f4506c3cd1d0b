#include "program/status.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

#include "program/report.h"

namespace dray::program {
namespace {

constexpr double kPlainPeriodSeconds = 5;

// Whether there is a terminal, and it is ours: a program in the background would be stopped for reading from
// it.
bool in_foreground() {
    return isatty(STDOUT_FILENO) && isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) == getpgrp();
}

}  // namespace

Status::Status(bool json, std::string title)
    : style_(json              ? Style::kJson
             : in_foreground() ? Style::kTerminal
                               : Style::kPlain),
      title_(std::move(title)) {
    if (style_ == Style::kJson) return;
    fmt::print("{}\n", title_);
    std::fflush(stdout);
}

void Status::update(const Snapshot& snapshot) {
    if (style_ == Style::kPlain && snapshot.elapsed_s - last_shown_.elapsed_s < kPlainPeriodSeconds) return;
    const Rates rates = Rates::between(last_shown_, snapshot);
    switch (style_) {
        case Style::kJson:
            fmt::print("{}\n", json_line("status", snapshot, rates));
            break;
        case Style::kPlain:
            fmt::print("{}\n", text_line(snapshot, rates));
            break;
        case Style::kTerminal:
            // Not before there is something to see: an error at the start should stay on the screen.
            if (!screen_ && snapshot.links.connects == 0 && !snapshot.dry_run) break;
            if (!screen_) screen_ = std::make_unique<Screen>();
            screen_->draw(title_, snapshot, rates);
            break;
    }
    std::fflush(stdout);
    last_shown_ = snapshot;
}

void Status::finish(const Snapshot& snapshot) {
    screen_.reset();
    if (style_ == Style::kJson)
        fmt::print("{}\n", json_line("total", snapshot, Rates::between(Snapshot{}, snapshot)));
    else
        fmt::print("{}", text_report(snapshot));
    std::fflush(stdout);
}

void Status::say(const std::string& message) {
    screen_.reset();
    std::fflush(stdout);
    fmt::print(stderr, "dray-fleet: {}\n", message);
}

}  // namespace dray::program
