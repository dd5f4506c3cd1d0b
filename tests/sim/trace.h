// Prints what happens, for whoever replays a seed: a law that is never broken. On with DRAY_SIM_TRACE=1.
#pragma once

#include <cstdio>

#include "law.h"

namespace dray::sim {

class Trace final : public Law {
  public:
    std::string_view name() const override { return "trace"; }
    void began(const test::ClusterOptions& options) override {
        for (const shard::QueueOptions& queue : options.queues) {
            std::string what = queue.name + " " + queue.key;
            for (const std::string& filter : queue.filters) what += " " + filter;
            if (queue.exclusive) what += ", exclusive";
            if (queue.ttl_ms > 0) what += ", ttl " + std::to_string(queue.ttl_ms);
            if (queue.deliveries_max > 0) what += ", deliveries " + std::to_string(queue.deliveries_max);
            print("queue", what + " -> " + queue.dead_letter_queue);
        }
    }
    void sent(const Message& message) override { print("sent", describe(message) + text(message.qos)); }
    void sent_again(const Message& message) override { print("sent again", describe(message)); }
    void answered(const Message& message) override {
        print(message.fate == Message::Fate::kAccepted ? "accepted" : "refused", describe(message));
    }
    void arrived(const Arrival& arrival) override {
        print("arrived", describe(arrival.message) + " at " + arrival.client + text(arrival.qos) +
                             (arrival.retain ? ", retain" : "") +
                             (arrival.offset > 0 ? ", offset " + std::to_string(arrival.offset) : ""));
    }
    void acknowledged(const Settled& settled) override {
        if (settled.queue.empty()) return;
        print(settled.is_refused ? "refused by consumer" : "consumed",
              describe(settled.message) + " by " + settled.client);
    }
    void released(const Settled& settled) override {
        if (!settled.queue.empty()) print("released", describe(settled.message) + " of " + settled.client);
    }
    void disconnected(const std::string& client) override { print("disconnected", client); }
    void asked(const Subscription& each) override { print("asked", each.client + " " + each.filter); }
    void subscribed(const Subscription& each) override {
        print("subscribed", each.client + " " + each.filter + text(each.options.qos));
    }
    void unsubscribed(const Subscription& each) override {
        print("unsubscribed", each.client + " " + each.filter);
    }
    void session_ended(const std::string& client) override { print("session ended", client); }
    void connected(const std::string& client) override { print("connected", client); }
    void closed(const Closing& closing) override { print("closed", closing.client + ": " + closing.why); }
    void crashed() override { print("crashed", ""); }

  private:
    static std::string text(mqtt::QoS qos) { return ", QoS " + std::to_string(static_cast<int>(qos)); }
    static void print(const char* what, const std::string& who) {
        std::fprintf(stderr, "%s %s\n", what, who.c_str());
    }
};

}  // namespace dray::sim
