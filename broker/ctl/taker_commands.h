// What `drayctl queue` and `drayctl stream` have in common: things with a name that take in topics, at
// /api/v1/queues and /api/v1/streams.
#pragma once

#include <memory>
#include <string>

#include "ctl/command.h"

namespace dray::ctl {

struct TakerKind {
    std::string noun;   // "queue"; its path is /api/v1/queues
    std::string users;  // who subscribes to $queue/NAME
    std::string path() const { return "/api/v1/" + noun + 's'; }
    std::string path_of(const std::string& name) const;
};

// `create` with the options that all have; what is given goes into `body`, as with add_field().
struct CreateCommand {
    CLI::App& command;
    std::shared_ptr<Json> body;
};
CreateCommand add_create(CLI::App& group, Globals& globals, const TakerKind& kind);
void add_delete(CLI::App& group, Globals& globals, const TakerKind& kind);

}  // namespace dray::ctl
