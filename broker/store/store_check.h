// Looks at a store that no broker has open, and says all that is wrong with it. Changes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dray::store {

struct StoreFault {
    std::string table;  // empty: the files themselves
    std::string key;    // in words (shard::describe_key); empty: the table as a whole
    std::string what;
    bool is_leftover = false;  // nobody misses it: a broker passes it over
};

struct StoreReport {
    std::string folder;
    std::string format;
    std::uint64_t position = 0;  // how far its log goes: what acknowledgements name (shard/ack_durability.h)
    struct Count {
        std::string table;
        std::uint64_t records = 0;
        std::uint64_t bytes = 0;  // keys and values
    };
    std::vector<Count> counts;
    std::vector<StoreFault> faults;
    std::vector<StoreFault> leftovers;
};

// `folder` is the store's, or the data_dir that it is in. Throws std::runtime_error if there is none, if it
// is in use, or if it has the format of another version.
StoreReport check_store(const std::string& folder);

}  // namespace dray::store
