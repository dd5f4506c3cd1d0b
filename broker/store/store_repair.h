// Saves what can be saved of a damaged store, so that drayd starts with it.
//
//     what can be read of the old files  ->  records that are understood and belong to something  ->  new
//     store
//
// The old files are only read; they stay beside the new ones unless that is not wanted. Every record that is
// not taken along, and every part of a file that cannot be read, is named.
#pragma once

#include <string>
#include <vector>

#include "store/store_check.h"

namespace dray::store {

struct RepairReport {
    std::string folder;
    std::string backup;              // where the old files are; empty: deleted
    std::vector<std::string> steps;  // how the old files came to be read, in words
    std::vector<StoreReport::Count> kept;
    std::vector<StoreFault> lost;
};

struct RepairOptions {
    bool keeps_backup = true;
};

// `folder` as for check_store(), and the same is thrown; also if there is no room for the new files. The old
// store is in its place until the new one is complete.
RepairReport repair_store(const std::string& folder, RepairOptions options);

}  // namespace dray::store
