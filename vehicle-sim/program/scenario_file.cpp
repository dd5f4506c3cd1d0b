#include "program/scenario_file.h"

#include <cerrno>
#include <cmath>
#include <fstream>
#include <limits>
#include <system_error>

#include "program/options.h"
#include "program/scenario_table.h"

namespace dray::program {

using fleet::FaultKind;

namespace {

constexpr double kLargest = 1e9;
constexpr std::uint32_t kCapacityMax = 16;

toml::table parsed(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    file.peek();  // a folder opens, but cannot be read
    if (!file)
        throw std::runtime_error(
            path.string() + ": cannot be read: " + std::generic_category().message(errno ? errno : EISDIR));
    try {
        return toml::parse(file, path.string());
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        throw std::runtime_error(path.string() + ':' + std::to_string(at.line) + ':' +
                                 std::to_string(at.column) + ": " + std::string(error.description()));
    }
}

fleet::Circle read_circle(ScenarioTable& table) {
    for (const char* key : {"latitude", "longitude", "radius_m"})
        if (!table.has(key)) table.require(key);
    fleet::Circle circle;
    table.take("latitude", circle.centre.latitude, -90, 90);
    table.take("longitude", circle.centre.longitude, -180, 180);
    table.take("radius_m", circle.radius_m, 0, 1e6);
    return circle;
}

void read_profile(ScenarioTable& table, fleet::Profile& profile) {
    table.take("capacity", profile.capacity, 1, kCapacityMax);
    table.take("willingness", profile.willingness, 0, 1);
    table.take("reaction_ms_median", profile.reaction_ms_median, 0, 60'000);
    table.take("reaction_spread", profile.reaction_spread, 0, 3);
    table.take("pace_min", profile.pace_min, 0.1, 2);
    table.take("pace_max", profile.pace_max, 0.1, 2);
    if (profile.pace_min > profile.pace_max) table.refuse("pace_min", "must not be above pace_max");
    table.take("range_km", profile.range_km, 0, kLargest);
    table.take("refuel_minutes", profile.refuel_minutes, 0, 1440);
    table.take("breakdowns_per_10000_km", profile.breakdowns_per_10000_km, 0, 10'000);
    table.take("repair_minutes", profile.repair_minutes, 0, kLargest);
    table.take("gps_noise_m", profile.gps_noise_m, 0, 1000);
    table.take_table("shift", [&](ScenarioTable& inner) {
        for (const char* key : {"from", "until"})
            if (!inner.has(key)) inner.require(key);
        fleet::Shift shift;
        inner.take_time_of_day("from", shift.from_s);
        inner.take_time_of_day("until", shift.until_s);
        profile.shift = shift;
    });
}

fleet::Group read_group(ScenarioTable& table, std::size_t number) {
    fleet::Group group{.name = "group " + std::to_string(number)};
    table.take("name", group.name);
    if (!table.has("vehicles")) table.require("vehicles");
    table.take("vehicles", group.vehicles, 1, kVehiclesMax);
    table.take("zips", group.zips);
    read_profile(table, group.profile);
    return group;
}

FaultKind kind_from(const ScenarioTable& table, const std::string& name) {
    if (name == "outage") return FaultKind::kOutage;
    if (name == "disconnect") return FaultKind::kDisconnect;
    if (name == "breakdown") return FaultKind::kBreakdown;
    if (name == "congestion") return FaultKind::kCongestion;
    table.refuse("kind", "must be \"outage\", \"disconnect\", \"breakdown\" or \"congestion\"");
}

// A time of day that has passed when the scenario starts is one of the next day.
double read_time(ScenarioTable& table, double starts_at_s) {
    double at_s = 0;
    table.take_time_of_day("at", at_s);
    return at_s < starts_at_s ? at_s - starts_at_s + fleet::kSecondsPerDay : at_s - starts_at_s;
}

TimedCommand read_command(ScenarioTable& table, double starts_at_s) {
    for (const char* key : {"run", "at"})
        if (!table.has(key)) table.require(key);
    TimedCommand command{.at_s = read_time(table, starts_at_s)};
    table.take("run", command.line);
    return command;
}

fleet::Fault read_fault(ScenarioTable& table, double starts_at_s) {
    for (const char* key : {"kind", "at"})
        if (!table.has(key)) table.require(key);
    fleet::Fault fault;
    std::string kind;
    table.take("kind", kind);
    fault.kind = kind_from(table, kind);
    fault.at_s = read_time(table, starts_at_s);
    if (fault.kind != FaultKind::kBreakdown) {
        if (!table.has("for_minutes")) table.require("for_minutes");
        double minutes = 0;
        table.take("for_minutes", minutes, 0, kLargest);
        fault.for_s = minutes * 60;
    }
    if (fault.kind == FaultKind::kBreakdown || fault.kind == FaultKind::kCongestion)
        table.take("share", fault.share, 0.01, 1);
    if (fault.kind != FaultKind::kDisconnect) {
        table.take("zips", fault.area.zips);
        table.take_tables("circle",
                          [&](ScenarioTable& inner) { fault.area.circles.push_back(read_circle(inner)); });
    }
    return fault;
}

}  // namespace

ScenarioFile read_scenario(const std::filesystem::path& path) {
    const toml::table content = parsed(path);
    ScenarioFile result;
    fleet::Scenario& scenario = result.scenario;
    ScenarioTable top(path.string(), "", content);
    scenario.name = path.stem().string();
    top.take("name", scenario.name);
    top.take("seed", scenario.seed);
    top.take_time_of_day("time_of_day", scenario.time_of_day_s);
    top.take("orders_per_hour", scenario.orders_per_hour, 0, kLargest);
    const auto take_if_there = [&](const char* key, auto& wanted, auto low, auto high) {
        auto value = low;
        top.take(key, value, low, high);
        if (top.has(key)) wanted = value;
    };
    take_if_there("speed", result.speed, 0.0, kSpeedMax);
    take_if_there("duration_s", result.duration_s, 0.0, kLargest);
    take_if_there("ramp_per_s", result.ramp_per_s, std::uint32_t{1}, kRampMax);
    std::string map;
    top.take("map", map);
    if (!map.empty()) result.map = path.parent_path() / map;
    top.take_tables("group", [&](ScenarioTable& table) {
        scenario.groups.push_back(read_group(table, scenario.groups.size() + 1));
    });
    if (scenario.groups.empty()) top.require("group");
    if (scenario.vehicles() > kVehiclesMax)
        top.refuse("group", "has more than " + std::to_string(kVehiclesMax) + " vehicles in all");
    top.take_tables("dead_zone",
                    [&](ScenarioTable& table) { scenario.dead_zones.push_back(read_circle(table)); });
    top.take_tables("fault", [&](ScenarioTable& table) {
        scenario.faults.push_back(read_fault(table, scenario.time_of_day_s));
    });
    top.take_tables("command", [&](ScenarioTable& table) {
        result.commands.push_back(read_command(table, scenario.time_of_day_s));
    });
    top.finish();
    return result;
}

}  // namespace dray::program
