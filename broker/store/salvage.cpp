#include "store/salvage.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace dray::store {

namespace {

namespace fs = std::filesystem;
using rocksdb::Status;

// RocksDB tells only its own log how much it leaves out.
class Listener final : public rocksdb::Logger {
  public:
    explicit Listener(std::vector<std::string>& steps) : steps_(steps) {}
    using rocksdb::Logger::Logv;
    void Logv(const char* format, va_list arguments) override {
        char text[1024];
        std::vsnprintf(text, sizeof text, format, arguments);
        const std::string_view line = text;
        const std::size_t dropping = line.find("dropping ");
        if (dropping != std::string_view::npos)
            steps_.push_back("the log: " + std::string(line.substr(dropping)));
    }

  private:
    std::vector<std::string>& steps_;
};

rocksdb::Options lenient_options(std::vector<std::string>& steps) {
    rocksdb::Options options = database_options();
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
    options.info_log = std::make_shared<Listener>(steps);
    return options;
}

// CURRENT holds the name of the newest MANIFEST. If it is gone, the name is not.
bool restore_current(const std::string& folder, std::vector<std::string>& steps) {
    std::string newest;
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename();
        if (name.starts_with("MANIFEST-")) newest = std::max(newest, name);
    }
    if (newest.empty()) return false;
    std::ofstream(folder + "/CURRENT") << newest << '\n';
    steps.push_back("the file CURRENT was made anew: it names " + newest);
    return true;
}

// RocksDB's repair knows a table by its files alone, and the log names tables by number. So each table gets a
// file, with a deletion of nothing in it: numbered as in a new store, which is how every store does.
void add_file_of_each_table(const std::string& folder) {
    const std::string model = folder + ".model";
    fs::remove_all(model);
    {
        OpenDatabase opened;
        Status status = open_database(database_options(), model, OpenMode::kReadWrite, opened);
        for (const auto& table : opened.tables) {
            if (status.ok()) status = opened.database->Delete({}, table.get(), "");
            if (status.ok()) status = opened.database->Flush({}, table.get());
        }
        if (!status.ok()) throw std::runtime_error("cannot write " + model + ": " + status.ToString());
    }
    int number = 900'000;  // higher than any that there is
    for (const auto& entry : fs::directory_iterator(model)) {
        if (entry.path().extension() != ".sst") continue;
        fs::copy_file(entry.path(), folder + "/" + std::to_string(++number) + ".sst");
    }
    fs::remove_all(model);
}

void move_logs(const fs::path& from, const fs::path& to) {
    fs::create_directory(to);
    for (const auto& entry : fs::directory_iterator(from)) {
        if (entry.path().extension() == ".log") fs::rename(entry.path(), to / entry.path().filename());
    }
}

// A new list of the files that are there and can be read. The repair would make tables of the logs, of which
// parts may be in tables already; without a number to begin with, opening reads all logs again.
Status make_list_of_files(const std::string& folder, std::vector<std::string>& steps) {
    const std::string logs = folder + ".logs";
    add_file_of_each_table(folder);
    move_logs(folder, logs);
    const Status status = rocksdb::RepairDB(folder, lenient_options(steps));
    move_logs(logs, folder);
    fs::remove_all(logs);
    return status;
}

}  // namespace

Salvage::Salvage(const std::string& folder, std::vector<std::string>& steps) {
    Status status = open_database(database_options(), folder, OpenMode::kReadOnly, opened_);
    if (status.ok()) return;
    steps.push_back("it cannot be opened as it is: " + status.ToString());
    std::vector<std::string> dropped;
    status = open_database(lenient_options(dropped), folder, OpenMode::kSalvage, opened_);
    if (status.ok()) {
        steps.push_back("what can be read of the log is taken, and the rest left out");
        steps.insert(steps.end(), dropped.begin(), dropped.end());
        return;
    }
    copy_ = folder + ".salvage";
    fs::remove_all(copy_);
    fs::copy(folder, copy_, fs::copy_options::recursive);
    if (restore_current(copy_, steps)) {
        status = open_database(lenient_options(steps), copy_, OpenMode::kSalvage, opened_);
        if (status.ok()) return;
        steps.push_back("it still cannot be opened: " + status.ToString());
    }
    status = make_list_of_files(copy_, steps);
    if (status.ok()) status = open_database(lenient_options(steps), copy_, OpenMode::kSalvage, opened_);
    if (!status.ok()) throw std::runtime_error("nothing of the store can be read: " + status.ToString());
    steps.push_back("the list of its files was made anew from those that are there and can be read");
}

Salvage::~Salvage() {
    opened_.close();
    if (!copy_.empty()) fs::remove_all(copy_);
}

}  // namespace dray::store
