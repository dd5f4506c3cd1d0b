// The fleet's state as a full screen of a terminal, drawn anew each second.
//
// Takes the terminal over when it is made (alternate screen, keys without Enter) and gives it back when it is
// destroyed. Only one at a time.
#pragma once

#include <string>

#include "program/snapshot.h"

namespace dray::program {

class Screen {
  public:
    Screen();
    ~Screen();
    Screen(const Screen&) = delete;
    Screen& operator=(const Screen&) = delete;

    void draw(const std::string& title, const Snapshot& snapshot, const Rates& rates);
};

// The lines of the screen, without anything that moves the cursor.
std::string screen_text(const std::string& title, const Snapshot& snapshot, const Rates& rates);

}  // namespace dray::program
