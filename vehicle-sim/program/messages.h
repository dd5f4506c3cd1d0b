// The wire's protobuf (dray.v1) <-> what a vehicle understands. Hides protobuf's headers.
// Encoders return a view into a buffer of theirs, valid until the next call.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>

#include "base/byte_view.h"
#include "fleet/vehicle.h"

namespace dray::program {

struct BidLost {
    std::string order_id;
    std::uint32_t epoch = 0;
};
struct Taken {
    std::string order_id;
    std::uint32_t epoch = 0;
};
struct Revoked {
    std::string order_id;
    std::uint32_t epoch = 0;
    fleet::Cause cause{};
};
using Command = std::variant<fleet::Award, BidLost, Revoked>;

// order/ship/<zip>/<order>. Nothing when the topic or the payload is not what the contract says.
std::optional<fleet::Offer> parse_offer(std::string_view topic, ByteView payload);
std::optional<Command> parse_command(ByteView payload);
// order/ship/<zip>/<order>/taken
std::optional<Taken> parse_taken(std::string_view topic, ByteView payload);

// Protobuf prints a line for each string that is not UTF-8, so whoever sends rubbish would fill the log. What
// cannot be parsed is counted instead. Once, at the start of the program.
void silence_protobuf_log();

class Messages {
  public:
    Messages();
    ~Messages();
    std::string_view location(std::string_view vehicle, const fleet::Fix& fix, Instant now,
                              std::uint64_t sequence);
    // `capacity`: how many orders the vehicle takes at a time. `way`: the line to its next stop.
    std::string_view status(std::string_view vehicle, const fleet::Report& report, std::uint32_t capacity,
                            std::string_view zip, Instant now, std::span<const streets::GeoPoint> way = {});
    std::string_view offline(std::string_view vehicle, std::string_view zip, Instant now);
    std::string_view bid(std::string_view vehicle, const fleet::PlaceBid& bid, std::uint32_t eta_seconds,
                         Instant now);

  private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace dray::program
