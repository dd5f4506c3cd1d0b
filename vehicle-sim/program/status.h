// What the fleet does, for those who watch: one line kept up to date on a terminal, a plain line now and then
// in a file or pipe, or JSON lines.
#pragma once

#include <cstdint>
#include <string>

#include "base/instant.h"
#include "link/links.h"

namespace dray::program {

struct FleetFigures {
    std::uint32_t vehicles = 0;
    std::uint32_t idle = 0;
    std::uint32_t assigned = 0;
    std::uint64_t offers = 0;
    std::uint64_t bids = 0;
    std::uint64_t won = 0;
    std::uint64_t lost = 0;
    std::uint64_t revoked = 0;
    std::uint64_t delivered = 0;
    std::uint64_t malformed = 0;   // messages that were not what the contract says
    std::uint64_t late_ticks = 0;  // fiftieths of a second's work skipped: this process could not keep up
};

class Status {
  public:
    explicit Status(bool json);

    // To be called about once a second.
    void update(Instant now, const FleetFigures& fleet, const link::LinkFigures& links,
                const std::string& trouble);
    // The last word: totals.
    void finish(Instant now, const FleetFigures& fleet, const link::LinkFigures& links);
    // A line for itself, on standard error.
    void say(const std::string& message);

  private:
    enum class Style : std::uint8_t { kTerminal, kPlain, kJson };

    Style style_;
    Instant started_{};
    Instant last_shown_{};
    std::uint64_t last_sent_ = 0;
    std::uint64_t last_received_ = 0;
    bool line_open_ = false;
};

}  // namespace dray::program
