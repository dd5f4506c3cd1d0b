// What `include` in a configuration file names: files, relative to the folder of the file that it stands in.
//
//     include = ["conf.d/*.toml", "/etc/dray/secret.toml"]
//
// A pattern of the shell (* ? [) stands for the files that fit it, in the order of their names, or for none;
// a plain name for that file.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "net/address.h"

namespace dray::app {

// Fails if a folder on the way cannot be read. Whether a plain name exists is for the reader to see.
Result<std::vector<std::string>, net::Failure> included_files(const std::string& including_file,
                                                              const std::string& pattern);

}  // namespace dray::app
