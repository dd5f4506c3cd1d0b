// A folder for one test, and what is put into stores.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "store/rocks_store.h"

namespace dray::store {

class Folder {
  public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "dray-store-XXXXXX").string();
        EXPECT_NE(::mkdtemp(name.data()), nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// Why a broker would not start with the store in that folder.
inline std::string refusal(const std::string& folder) {
    try {
        const RocksStore store({.folder = folder, .sync = true, .shards = 1});
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "it opened";
}

}  // namespace dray::store
