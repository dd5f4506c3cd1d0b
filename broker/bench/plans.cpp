#include "bench/plans.h"

#include <unistd.h>

namespace dray::bench {
namespace {

class Builder {
  public:
    Builder(std::string name, const RunOptions& options)
        : options_(options), id_prefix_("bench-" + std::to_string(::getpid()) + "-") {
        plan_.name = std::move(name);
    }

    std::string topic(int i) const { return options_.topics + "/" + std::to_string(i); }
    std::string topic(int i, int j) const { return topic(i) + "/" + std::to_string(j); }

    std::size_t client(std::vector<std::string> filters = {}, mqtt::QoS qos = mqtt::QoS::kAtMostOnce) {
        const std::size_t index = plan_.clients.size();
        plan_.clients.push_back(
            {.id = id_prefix_ + std::to_string(index), .filters = std::move(filters), .qos = qos});
        return index;
    }
    std::size_t subscriber(std::vector<std::string> filters) {
        return client(std::move(filters), options_.mqtt_qos());
    }

    // The flow of all that publish, as the sides say.
    Flow& flow(const Sides& sides) {
        Flow& flow = plan_.flows.emplace_back();
        flow.qos = options_.qos;
        flow.rate_hz = sides.rate_hz;
        flow.window = sides.window;
        return flow;
    }

    Plan& plan() { return plan_; }

  private:
    const RunOptions& options_;
    const std::string id_prefix_;
    Plan plan_;
};

}  // namespace

Plan pairs(const RunOptions& options, const Sides& sides) {
    Builder build("pairs", options);
    Flow& flow = build.flow(sides);
    for (int i = 0; i < sides.publishers; ++i) {
        build.subscriber({build.topic(i)});
        flow.publishers.push_back({.client = build.client(), .topics = {build.topic(i)}});
    }
    return build.plan();
}

Plan fan_in(const RunOptions& options, const Sides& sides) {
    Builder build("fan-in", options);
    Flow& flow = build.flow(sides);
    for (int i = 0; i < sides.subscribers; ++i) build.subscriber({build.topic(i) + "/+"});
    for (int i = 0; i < sides.publishers; ++i) {
        flow.publishers.push_back(
            {.client = build.client(), .topics = {build.topic(i % sides.subscribers, i)}});
    }
    return build.plan();
}

Plan fan_out(const RunOptions& options, const Sides& sides) {
    Builder build("fan-out", options);
    Flow& flow = build.flow(sides);
    flow.takers = static_cast<std::size_t>(sides.subscribers);
    for (int i = 0; i < sides.subscribers; ++i) build.subscriber({build.topic(0)});
    flow.publishers.push_back({.client = build.client(), .topics = {build.topic(0)}});
    return build.plan();
}

Plan shared(const RunOptions& options, const Sides& sides) {
    Builder build("shared", options);
    Flow& flow = build.flow(sides);
    for (int i = 0; i < sides.subscribers; ++i) build.subscriber({"$share/bench/" + options.topics + "/+"});
    for (int i = 0; i < sides.publishers; ++i) {
        flow.publishers.push_back({.client = build.client(), .topics = {build.topic(i)}});
    }
    return build.plan();
}

Plan subs(const RunOptions& options, const Sides& sides, int filters) {
    Builder build("subs", options);
    Flow& flow = build.flow(sides);
    std::vector<std::vector<std::string>> topics(static_cast<std::size_t>(sides.publishers));
    for (int i = 0; i < sides.subscribers; ++i) {
        std::vector<std::string> own;
        for (int j = i; j < filters; j += sides.subscribers) {
            own.push_back(build.topic(i, j));
            topics[static_cast<std::size_t>(j / sides.subscribers % sides.publishers)].push_back(own.back());
        }
        build.subscriber(std::move(own));
    }
    for (auto& own : topics) flow.publishers.push_back({.client = build.client(), .topics = std::move(own)});
    return build.plan();
}

Plan fleet(const RunOptions& options, const FleetOptions& fleet) {
    Builder build("fleet", options);
    const auto location = [&](const std::string& vehicle) {
        return options.topics + "/" + vehicle + "/location";
    };
    const auto orders = [&](int area) { return options.topics + "/orders/" + std::to_string(area); };
    build.subscriber({location("+")});
    Flow reports;
    reports.qos = options.qos;
    reports.rate_hz = fleet.report_hz * fleet.vehicles;
    for (int i = 0; i < fleet.vehicles; ++i) {
        const std::size_t vehicle =
            build.client({orders(i / fleet.vehicles_per_order)}, mqtt::QoS::kAtLeastOnce);
        reports.publishers.push_back({.client = vehicle, .topics = {location("v" + std::to_string(i))}});
    }
    Flow dispatch;
    dispatch.qos = 1;
    dispatch.rate_hz = fleet.orders_hz;
    dispatch.takers = static_cast<std::size_t>(fleet.vehicles_per_order);
    Publisher dispatcher{.client = build.client(), .topics = {}};
    for (int area = 0; area < fleet.vehicles / fleet.vehicles_per_order; ++area) {
        dispatcher.topics.push_back(orders(area));
    }
    dispatch.publishers.push_back(std::move(dispatcher));
    build.plan().flows = {std::move(reports), std::move(dispatch)};
    return build.plan();
}

}  // namespace dray::bench
