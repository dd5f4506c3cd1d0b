#include "services/common/database.h"

#include <soci/soci.h>
#include <soci/sqlite3/soci-sqlite3.h>
#include <spdlog/spdlog.h>

#include <sstream>

namespace dray::service {
namespace {

void run_script(soci::session& sql, const std::string& script) {
    std::istringstream statements(script);
    for (std::string statement; std::getline(statements, statement, ';');) {
        if (statement.find_first_not_of(" \t\r\n") != std::string::npos) sql << statement;
    }
}

}  // namespace

Database::Database(const std::filesystem::path& file, const std::vector<Migrations>& migrations)
    : on_disk_(!file.empty()) {
    try {
        if (on_disk_ && file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
        const auto name = on_disk_ ? "\"" + file.string() + "\"" : std::string(":memory:");
        session_ = std::make_unique<soci::session>(soci::sqlite3, "db=" + name + " timeout=5");
        std::string mode;
        *session_ << "PRAGMA journal_mode = WAL", soci::into(mode);
        *session_ << "PRAGMA synchronous = FULL";
        *session_ << "PRAGMA foreign_keys = ON";
        *session_ << "CREATE TABLE IF NOT EXISTS schema_versions (tables TEXT PRIMARY KEY, version INTEGER "
                     "NOT NULL)";
        for (const auto& group : migrations) migrate(group);
    } catch (const std::exception& error) {
        throw std::runtime_error("database " + (on_disk_ ? file.string() : "in memory") + ": " +
                                 error.what());
    }
}

Database::~Database() = default;

// Under the lock of a transaction, so that of two instances that start at once only one does it.
void Database::migrate(const Migrations& migrations) {
    begin();
    try {
        int version = 0;
        *session_ << "SELECT version FROM schema_versions WHERE tables = :tables",
            soci::use(migrations.tables), soci::into(version);
        const bool known = session_->got_data();
        const auto newest = static_cast<int>(migrations.steps.size());
        if (known && version > newest) {
            throw std::runtime_error("schema version " + std::to_string(version) + " of " +
                                     migrations.tables + " is newer than this program's " +
                                     std::to_string(newest));
        }
        for (auto i = known ? version : 0; i < newest; ++i) {
            run_script(*session_, migrations.steps[static_cast<std::size_t>(i)]);
        }
        *session_ << "INSERT INTO schema_versions (tables, version) VALUES (:tables, :version) "
                     "ON CONFLICT (tables) DO UPDATE SET version = excluded.version",
            soci::use(migrations.tables), soci::use(newest);
        commit();
    } catch (...) {
        rollback();
        throw;
    }
}

void Database::begin() {
    *session_ << "BEGIN IMMEDIATE";
}

void Database::commit() {
    session_->commit();
}

void Database::rollback() noexcept {
    try {
        session_->rollback();
    } catch (const std::exception& error) {
        spdlog::error("rollback: {}", error.what());
    }
}

}  // namespace dray::service
