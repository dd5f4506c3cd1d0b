// One service's own database, through SOCI, with versioned migrations run at start: SQLite, a file that comes
// with the program, or a schema of its own on a PostgreSQL server, where instances on several machines share
// it.
//
// Every commit is on disk when it returns (SQLite: WAL, synchronous FULL). One thread uses it: the service's
// own (service.h). Instances share it by turns: a transaction has the database to itself from its beginning,
// the others wait (SQLite: the file's lock; PostgreSQL: an advisory lock of the schema). So a handler that
// reads and then writes is right without a thought of the others, and what they share is everything around
// the transactions.
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
// semicolons, in what both understand; `INTEGER PRIMARY KEY` numbers its rows by itself. Never edit one that
// was released, append another.
struct Migrations {
    std::string tables;  // the name of the group
    std::vector<std::string> steps;
};

// Where it is: on a server, in a file, or, with neither, in memory.
struct DatabasePlace {
    std::filesystem::path file = {};
    std::string server = {};  // postgresql://user:password@host/database
    std::string schema = {};  // on the server; made if it is not there
};

class Database {
  public:
    // Throws std::runtime_error that names the file or the server.
    Database(DatabasePlace place, const std::vector<Migrations>& migrations);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    soci::session& sql() { return *session_; }
    bool is_kept() const { return !place_.file.empty() || !place_.server.empty(); }  // not in memory

    void begin();
    void commit();
    void rollback() noexcept;

    // A server may go away. What was in a transaction then is as after a rollback; what was being committed
    // may be there or not.
    bool is_reachable() noexcept;
    void reconnect();  // throws while it cannot be reached

  private:
    void open_file();
    void open_schema();
    void enter_schema();
    void migrate(const std::vector<Migrations>& migrations);
    void migrate(const Migrations& migrations);
    void run_script(const std::string& script);

    DatabasePlace place_;
    std::unique_ptr<soci::session> session_;
};

}  // namespace dray::service
