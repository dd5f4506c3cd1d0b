// One service's own database: SQLite through SOCI, with versioned migrations run at start.
//
// Every commit is on disk when it returns (WAL, synchronous FULL). With an empty file name it lives in
// memory. One thread uses it: the service's own (service.h).
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace dray::service {

class Database {
  public:
    // `migrations[i]` brings schema version i to i+1: SQL statements separated by semicolons. Never edit one
    // that was released, append another. Throws std::runtime_error that names the file.
    Database(const std::filesystem::path& file, const std::vector<std::string>& migrations);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    soci::session& sql() { return *session_; }
    bool on_disk() const { return on_disk_; }

    void begin();
    void commit();
    void rollback() noexcept;

  private:
    void migrate(const std::vector<std::string>& migrations);

    std::unique_ptr<soci::session> session_;
    bool on_disk_;
};

}  // namespace dray::service
