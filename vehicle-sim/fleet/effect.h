// What goes into a vehicle and what comes out. No sockets, no protobuf: the program turns these into
// messages.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/instant.h"
#include "streets/point.h"
#include "streets/zips.h"

namespace dray::fleet {

// The event that something answers, for the answer's header.
struct Cause {
    std::string event_id{};
    std::string traceparent{};
};

struct Offer {
    std::string order_id;
    std::string zip;  // the area that was asked
    std::uint32_t epoch = 0;
    streets::GeoPoint pick_up{};
    streets::GeoPoint drop_off{};
    Instant expires_at{};
    Cause cause{};
};

struct Award {
    std::string order_id;
    std::uint32_t epoch = 0;
    streets::GeoPoint pick_up{};
    streets::GeoPoint drop_off{};
    Cause cause{};
};

enum class Activity : std::uint8_t {
    kIdle,
    kDeciding,
    kBidding,
    kOffDuty,
    kBrokenDown,
    kRefuelling,  // or on the way there
    kToPickUp,
    kLoading,
    kToCustomer,
    kHandingOver
};

constexpr bool carries_order(Activity activity) {
    return activity >= Activity::kToPickUp;
}

// --- Effects ---

struct PlaceBid {
    std::string order_id;
    std::string zip;
    std::uint32_t epoch = 0;
    std::uint32_t eta_seconds = 0;  // of simulated time
    bool again = false;             // a repeat of the bid that was sent already: it keeps its id
    Cause cause{};
};

// The vehicle's state has changed and others are to know.
struct Report {
    Activity activity = Activity::kIdle;
    std::string order_id{};
    std::uint32_t epoch = 0;
    bool delivered = false;  // order_id has just been handed over
    Cause cause{};
};

// The vehicle, being free, is in another zip now: what it wants to hear has changed.
struct EnterZip {
    streets::ZipId zip{};
};

// Call wake() at this time.
struct WakeAt {
    Instant at{};
};

using Effect = std::variant<PlaceBid, Report, EnterZip, WakeAt>;
using Effects = std::vector<Effect>;

}  // namespace dray::fleet
