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

Database::Database(const std::filesystem::path& file, const std::vector<std::string>& migrations)
    : on_disk_(!file.empty()) {
    try {
        if (on_disk_ && file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
        const auto name = on_disk_ ? "\"" + file.string() + "\"" : std::string(":memory:");
        session_ = std::make_unique<soci::session>(soci::sqlite3, "db=" + name + " timeout=5");
        std::string mode;
        *session_ << "PRAGMA journal_mode = WAL", soci::into(mode);
        *session_ << "PRAGMA synchronous = FULL";
        *session_ << "PRAGMA foreign_keys = ON";
        migrate(migrations);
    } catch (const std::exception& error) {
        throw std::runtime_error("database " + (on_disk_ ? file.string() : "in memory") + ": " +
                                 error.what());
    }
}

Database::~Database() = default;

void Database::migrate(const std::vector<std::string>& migrations) {
    int version = 0;
    *session_ << "PRAGMA user_version", soci::into(version);
    const auto newest = static_cast<int>(migrations.size());
    if (version > newest) {
        throw std::runtime_error("schema version " + std::to_string(version) +
                                 " is newer than this program's " + std::to_string(newest));
    }
    for (; version < newest; ++version) {
        soci::transaction transaction(*session_);
        run_script(*session_, migrations[static_cast<std::size_t>(version)]);
        *session_ << "PRAGMA user_version = " + std::to_string(version + 1);
        transaction.commit();
    }
}

void Database::begin() {
    session_->begin();
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
