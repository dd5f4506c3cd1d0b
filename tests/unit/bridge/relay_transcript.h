// A relay between two brokers whose packets are written down, one by one: what they say, and what they hear.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "bridge/relay.h"
#include "mqtt/decode.h"
#include "mqtt/encode.h"
#include "words.h"

namespace dray::bridge {

inline RelayOptions relay_options() {
    RelayOptions options;
    options.client_id = "dray-north";
    options.local_client_id = "$bridge.north";
    options.site = "here";
    options.remote_site = "there";
    options.topics = {{.filter = "t/#", .local_prefix = "", .remote_prefix = "far/"}};
    return options;
}

class RelayTest : public testing::Test, protected RelayEvents {
  protected:
    explicit RelayTest(RelayOptions options = relay_options())
        : versions_{mqtt::ProtocolVersion::kV5, options.remote_version},
          relay_(std::move(options), figures_, *this) {}

    // A broker says this.
    void says(Side side, const mqtt::Packet& packet) {
        std::string bytes;
        mqtt::encode(packet, version(side), bytes);
        relay_.receive(side, as_bytes(bytes), now_);
    }
    // What it is told next.
    template <typename Kind>
    Kind hears(Side side) {
        const std::string_view output = relay_.output(side);
        const std::size_t size = mqtt::next_frame(as_bytes(output), 1 << 20).frame.size;
        if (size == 0) {
            ADD_FAILURE() << "nothing was said";
            return {};
        }
        heard_.push_back(std::make_unique<std::string>(output.substr(0, size)));
        const mqtt::FrameResult next = mqtt::next_frame(as_bytes(*heard_.back()), 1 << 20);
        const auto packet = mqtt::decode(next.frame, version(side));
        relay_.sent(side, size, now_);
        if (!packet || !std::holds_alternative<Kind>(*packet)) {
            ADD_FAILURE() << "another packet was said";
            return {};
        }
        return std::get<Kind>(*packet);
    }
    // The bytes of the next packet, as they are.
    std::string hears_bytes(Side side) {
        const std::string_view output = relay_.output(side);
        std::string bytes(output.substr(0, mqtt::next_frame(as_bytes(output), 1 << 20).frame.size));
        relay_.sent(side, bytes.size(), now_);
        return bytes;
    }
    void hears_nothing(Side side) { EXPECT_EQ(relay_.output(side).size(), 0u); }

    mqtt::ProtocolVersion version(Side side) const { return versions_[static_cast<std::size_t>(side)]; }
    // What it asks this broker for when the other one has taken it in.
    mqtt::Connect connects_here(const mqtt::Connack& remote) {
        relay_.opened(Side::kRemote, now_);
        hears_bytes(Side::kRemote);
        says(Side::kRemote, remote);
        EXPECT_TRUE(relay_.wants_local()) << relay_.fault();
        relay_.opened(Side::kLocal, now_);
        return hears<mqtt::Connect>(Side::kLocal);
    }
    void connects(const mqtt::Connack& remote, const mqtt::Connack& local) {
        connects_here(remote);
        says(Side::kLocal, local);
    }
    void comes_up(const mqtt::Connack& remote = test::connack(true),
                  const mqtt::Connack& local = test::connack(true)) {
        connects(remote, local);
        for (const Side side : {Side::kLocal, Side::kRemote}) {
            const auto id = static_cast<int>(hears<mqtt::Subscribe>(side).packet_id);
            says(side, test::suback(id, 2));
        }
        ASSERT_TRUE(relay_.is_up()) << relay_.fault();
    }
    void on_up(bool) override {}
    void on_subscription_refused(Side, std::string_view filter, mqtt::ReasonCode) override {
        notes_ += filter;
    }
    void on_not_given(Side, std::string_view, std::string_view why) override { notes_ += why; }
    void on_refused(Side, mqtt::PacketId, mqtt::ReasonCode reason) override { notes_ += name(reason); }

    Instant now_{1'000'000};
    Figures figures_;
    std::array<mqtt::ProtocolVersion, 2> versions_;
    Relay relay_;
    std::vector<std::unique_ptr<std::string>> heard_;
    std::string notes_;
};

}  // namespace dray::bridge
