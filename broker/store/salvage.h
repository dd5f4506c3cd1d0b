// Opens a damaged store for reading, by whatever way leaves the most. Includes RocksDB; for this room only.
//
//     1. as it is
//     2. without the parts of the log that cannot be read
//     3. a copy whose list of files is made anew from the files that are there (RocksDB's repair)
#pragma once

#include <string>
#include <vector>

#include "store/rocks_files.h"

namespace dray::store {

class Salvage {
  public:
    // Adds to `steps` what was done. Throws std::runtime_error if nothing leads to anything.
    Salvage(const std::string& folder, std::vector<std::string>& steps);
    ~Salvage();
    Salvage(const Salvage&) = delete;
    Salvage& operator=(const Salvage&) = delete;

    const OpenDatabase& opened() const { return opened_; }

  private:
    std::string copy_;  // empty: there is none
    OpenDatabase opened_;
};

}  // namespace dray::store
