// A backup is a data_dir of its own, with a store in it; RocksStore::copy_to() makes the store.
#pragma once

#include <string>

namespace dray::store {

// Puts a backup's store into `data_dir`, which is made if it is not there, and must not have a store. The
// backup stays as it is. Throws std::runtime_error: there is no sound store in the backup (check_store),
// there is one in `data_dir` already, or the files cannot be written; then `data_dir` has no store.
void restore_store(const std::string& backup, const std::string& data_dir);

}  // namespace dray::store
