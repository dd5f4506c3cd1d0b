// How many connections a listener, or the whole broker, has room for. Any thread.
//
//     taken < max                  welcome
//     taken < max + kToldWhyMax    full: let in only to be told why (CONNACK 0x89, or 3) within its connect
//     time else                         turned away: closed at once
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace dray::net {

class Seats {
  public:
    static constexpr std::uint32_t kToldWhyMax = 32;
    enum class Answer : std::uint8_t { kWelcome, kFull, kTurnedAway };

    // max 0: no limit. Who sits here sits in `all` too, if that is given.
    explicit Seats(std::uint32_t max, std::shared_ptr<Seats> all = nullptr)
        : max_(max), all_(std::move(all)) {}

    // Unless the answer is kTurnedAway, a seat is taken, to be given back.
    Answer take() {
        const std::uint32_t before = taken_.fetch_add(1, std::memory_order_relaxed);
        Answer answer = Answer::kWelcome;
        if (max_ > 0 && before >= max_)
            answer = before - max_ < kToldWhyMax ? Answer::kFull : Answer::kTurnedAway;
        if (all_ && answer != Answer::kTurnedAway) answer = std::max(answer, all_->take());
        if (answer == Answer::kTurnedAway) taken_.fetch_sub(1, std::memory_order_relaxed);
        return answer;
    }
    void give_back() {
        taken_.fetch_sub(1, std::memory_order_relaxed);
        if (all_) all_->give_back();
    }
    std::uint32_t taken() const { return taken_.load(std::memory_order_relaxed); }

  private:
    std::atomic<std::uint32_t> taken_{0};
    std::uint32_t max_;
    std::shared_ptr<Seats> all_;
};

// A seat that was taken; given back with it.
class Seat {
  public:
    explicit Seat(std::shared_ptr<Seats> seats) : seats_(std::move(seats)) {}
    ~Seat() {
        if (seats_) seats_->give_back();
    }
    Seat(Seat&&) noexcept = default;
    Seat& operator=(Seat&&) = delete;
    Seat(const Seat&) = delete;
    Seat& operator=(const Seat&) = delete;

  private:
    std::shared_ptr<Seats> seats_;
};

}  // namespace dray::net
