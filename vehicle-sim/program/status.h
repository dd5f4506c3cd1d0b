// Shows the fleet to those who watch: a full screen on a terminal, a plain line now and then in a file or
// pipe, or JSON lines; and at the end the report.
#pragma once

#include <memory>
#include <string>

#include "program/screen.h"

namespace dray::program {

class Status {
  public:
    // `title` heads the screen, or stands on a line of its own.
    Status(bool json, std::string title);

    // To be called about once a second.
    void update(const Snapshot& snapshot);
    // The last word: totals.
    void finish(const Snapshot& snapshot);
    // A line for itself, on standard error.
    void say(const std::string& message);
    bool interactive() const { return style_ == Style::kTerminal; }

  private:
    enum class Style : std::uint8_t { kTerminal, kPlain, kJson };

    Style style_;
    std::string title_;
    std::unique_ptr<Screen> screen_;
    Snapshot last_shown_{};
};

}  // namespace dray::program
