#include "app/open_store.h"

#include <stdexcept>

#include "app/system.h"
#include "reactor/log.h"

namespace dray::app {

namespace {

using store::Durability;

void report(bool works, const std::string& why) {
    if (works) {
        reactor::log_info("the store works again: what waited for it is acknowledged");
    } else {
        reactor::log_error("the store cannot be written: acknowledgements wait, and it is tried again",
                           {{"why", why}});
    }
}

}  // namespace

std::unique_ptr<store::RocksStore> open_store(const Config& config, shard::ShardIndex shards) {
    if (config.data_dir.empty() || config.durability == Durability::kMemory) {
        reactor::log_info("nothing is kept on disk: sessions and messages end with this process",
                          {{"why", config.data_dir.empty() ? "no data_dir is set" : "durability = memory"}});
        return nullptr;
    }
    if (const std::string wrong = prepare_data_dir(config.data_dir); !wrong.empty()) {
        throw std::runtime_error(wrong);
    }
    const bool sync = config.durability == Durability::kFsync;
    auto opened = std::make_unique<store::RocksStore>(
        store::RocksStoreOptions{.folder = config.data_dir + "/store", .sync = sync, .shards = shards});
    opened->set_report(report);
    reactor::log_info(
        "sessions, their messages and retained messages are kept on disk",
        {{"data_dir", config.data_dir},
         {"acknowledged_means", sync ? "synced to the disk" : "given to the operating system"}});
    return opened;
}

}  // namespace dray::app
