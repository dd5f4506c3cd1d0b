// A line on standard error that says how far a run is, ten times a second; nothing if that is no terminal.
#pragma once

#include <cstdint>
#include <string_view>

namespace dray::bench {

class Progress {
  public:
    Progress();
    ~Progress();  // clears the line
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    // `done` from 0 to 1; `count` of whatever `what` says.
    void show(std::string_view what, double done, std::uint64_t count);

  private:
    const bool shown_;
    std::int64_t next_ns_ = 0;
};

}  // namespace dray::bench
