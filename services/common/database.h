// One service's own database: SQLite through SOCI, with versioned migrations run at start.
//
// Every commit is on disk when it returns (WAL, synchronous FULL). With an empty file name it lives in
// memory. One thread uses it: the service's own (service.h). Several instances of a service on one machine
// may share a file: a transaction has the file to itself from its beginning, the others wait.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace soci {
class session;
}

namespace dray::service {

// The history of a group of tables. `steps[i]` brings it from version i to i+1: SQL statements separated by
// semicolons. Never edit one that was released, append another.
struct Migrations {
    std::string tables;  // the name of the group
    std::vector<std::string> steps;
};

class Database {
  public:
    // Throws std::runtime_error that names the file.
    Database(const std::filesystem::path& file, const std::vector<Migrations>& migrations);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    soci::session& sql() { return *session_; }
    bool on_disk() const { return on_disk_; }

    void begin();
    void commit();
    void rollback() noexcept;

  private:
    void migrate(const Migrations& migrations);

    std::unique_ptr<soci::session> session_;
    bool on_disk_;
};

}  // namespace dray::service
