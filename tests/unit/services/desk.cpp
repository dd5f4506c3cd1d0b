#include "desk.h"

#include <soci/soci.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <utility>

namespace dray::testing {
namespace {

service::DatabasePlace place_for(const std::filesystem::path& file) {
    const char* server = std::getenv("DRAY_TEST_DATABASE");
    if (server == nullptr) return {.file = file};
    return {.server = server, .schema = "desk-" + service::new_uuid()};
}

}  // namespace

Desk::Desk(std::string name, const std::vector<std::string>& migrations, const std::filesystem::path& file)
    : name_(std::move(name)),
      database_(place_for(file), {{"common", {service::kOutboxSchema}}, {"own", migrations}}),
      bus_({.broker = "mqtt://127.0.0.1:1", .client_id = name_}, {}),
      outbox_(database_.sql(), bus_, name_) {}

Desk::~Desk() {
    std::string schema;
    if (std::getenv("DRAY_TEST_DATABASE") == nullptr) return;
    database_.sql() << "SELECT current_schema()", soci::into(schema);
    database_.sql() << "DROP SCHEMA \"" + schema + "\" CASCADE";
}

void Desk::run(const std::function<void(service::Transaction&)>& work) {
    database_.begin();
    try {
        service::Transaction transaction(database_.sql(), outbox_, name_);
        work(transaction);
        database_.commit();
    } catch (...) {
        database_.rollback();
        outbox_.rolled_back();
        throw;
    }
    const auto newest = count("SELECT last FROM outbox_sequence");
    for (const auto& message : outbox_.told()) told_.push_back({{message.topic, message.payload}, newest});
    outbox_.committed();
}

std::vector<Said> Desk::take_told() {
    std::vector<Said> all;
    for (auto& told : std::exchange(told_, {})) all.push_back(std::move(told.said));
    return all;
}

std::vector<Said> Desk::said() {
    return said("#");
}

std::vector<Said> Desk::said(const std::string& filter) {
    std::vector<Said> all;
    const soci::rowset<soci::row> rows =
        (database_.sql().prepare << "SELECT topic, payload_hex, id FROM outbox WHERE sent = 0 ORDER BY id");
    auto told = told_.begin();
    for (const auto& row : rows) {
        for (; told != told_.end() && told->after < row.get<long long>(2); ++told) all.push_back(told->said);
        all.push_back({row.get<std::string>(0), service::from_hex(row.get<std::string>(1))});
    }
    for (; told != told_.end(); ++told) all.push_back(told->said);
    std::erase_if(all, [&](const Said& said) { return !service::topic_matches(filter, said.topic); });
    return all;
}

void Desk::broker_has_everything() {
    std::vector<long long> ids(1000);
    database_.sql() << "SELECT id FROM outbox WHERE sent = 0", soci::into(ids);
    for (const auto id : ids) outbox_.acknowledged(static_cast<std::uint64_t>(id));
    run([&](service::Transaction&) { outbox_.settle(); });
}

long long Desk::count(const std::string& query) {
    long long number = 0;
    database_.sql() << query, soci::into(number);
    return number;
}

service::ZipMap little_town() {
    const auto folder = std::filesystem::temp_directory_path() / ("dray-town-" + service::new_uuid());
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "zips.json")
        << R"({"format": 1, "city": "Little Town", "attribution": "nobody", "zips": [
        {"zip": "10001", "latitude": 41.80, "longitude": -87.6, "neighbours": ["10002"], "streets": [[41.80, -87.60], [41.80, -87.61]]},
        {"zip": "10002", "latitude": 41.81, "longitude": -87.6, "neighbours": ["10001", "10003"], "streets": [[41.81, -87.60], [41.81, -87.61]]},
        {"zip": "10003", "latitude": 41.82, "longitude": -87.6, "neighbours": ["10002", "10004"], "streets": [[41.82, -87.60], [41.82, -87.61]]},
        {"zip": "10004", "latitude": 41.83, "longitude": -87.6, "neighbours": ["10003"], "streets": [[41.83, -87.60], [41.83, -87.61]]}
    ]})";
    auto town = service::ZipMap::load(folder);
    std::filesystem::remove_all(folder);
    return town;
}

}  // namespace dray::testing
