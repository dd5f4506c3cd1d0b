// Who may act for a reactor: its own thread or, while that one sleeps, another that has something for it.
//
//     owner:      … acts …   lie_down   sleeps   get_up   … acts …
//     another:                          if (borrow())  acts,  give_back
//                                       if (wake())    rings the owner's bell
//
//     kAwake --lie_down-> kAsleep --borrow-> kLent --get_up-> kAwaited
//       ^                  |   ^               |                 |
//       +-- get_up, wake --+   +-- give_back --+                 |
//       +------------------------ give_back --------------------+
//
// Only the owner ever waits, and only for the end of what one other does in its place; who acts for another
// waits for nobody. So there is no circle of waiting, and as the baton then goes to the owner, no starving.
// All is sequentially consistent: Mailroom builds on that.
#pragma once

#include <atomic>
#include <cstdint>

namespace dray::reactor {

class Baton {
  public:
    // --- the owner ---
    void lie_down() { state_.store(State::kAsleep); }
    // It acts again when this returns.
    void get_up() {
        State seen = state_.load();
        while (seen != State::kAwake) {
            if (seen == State::kAwaited) {
                state_.wait(seen);
                seen = state_.load();
                continue;
            }
            const State next = seen == State::kAsleep ? State::kAwake : State::kAwaited;
            if (state_.compare_exchange_weak(seen, next)) seen = next;
        }
    }

    // --- any other thread ---
    // True: the owner sleeps, and the caller acts in its place until it gives the baton back.
    bool borrow() { return move(State::kAsleep, State::kLent); }
    void give_back() {
        if (move(State::kLent, State::kAsleep)) return;
        state_.store(State::kAwake);
        state_.notify_one();
    }
    // True: the owner sleeps, counts as awake from now on, and it is the caller that has to ring.
    bool wake() { return move(State::kAsleep, State::kAwake); }

  private:
    enum class State : std::int32_t { kAwake, kAsleep, kLent, kAwaited };  // as wide as a futex

    bool move(State from, State to) {
        return state_.load() == from && state_.compare_exchange_strong(from, to);
    }

    std::atomic<State> state_{State::kAwake};
};

}  // namespace dray::reactor
