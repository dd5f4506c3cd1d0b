// Watches: what the admin API shows, as messages. Whoever subscribes to
//
//     $dray/watch/<path of a GET, with its query>          $dray/watch/sessions?state=behind
//
// is published there what GET /api/v1/<path> answers, for as long as he is connected. Who publishes it is the
// outside (admin/watches.h); here it is told who subscribes, and who may is decided:
//
//     operators who show a token of drayd's own (AuthAnswer::is_operator), and what the admin API does itself
//     with access rules: those whom a rule grants that very topic; '#' takes no topic that begins with '$'
//     without, where the admin API asks for no token: clients of this machine (LinkOptions::is_local), which
//         could ask it as well
//
// A watch is one topic: without wildcards, and not shared. Nothing else below $dray/ can be subscribed to,
// and no client publishes there. A session that is away watches nothing.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "session/session.h"
#include "shard/handlers.h"

namespace dray::shard {

struct Core;

inline constexpr std::string_view kWatchRoot = "$dray/watch/";

// How many subscriptions of clients that are connected here there are, by topic.
using Watches = std::map<std::string, std::uint32_t, std::less<>>;

// Whether a filter asks for something below $dray/, shared or not.
bool is_below_dray(std::string_view filter);
bool is_watch(std::string_view topic);
bool has_watches(const session::Session& session);

// Of a filter below $dray/.
TopicRefusal refuse_watch(const Core& core, const Link& link, std::string_view filter);

// A subscription more, and less. The outside hears of the last that ends.
void begin_watch(Core& core, const std::string& topic);
void end_watch(Core& core, std::string_view topic);
// Says to the outside that somebody begins: with his SUBACK, so that he gets what there is to see after it.
void tell_of_watch(Core& core, const std::string& topic);

// All of a session, when its client comes back and goes.
void begin_watches(Core& core, const session::Session& session);
void end_watches(Core& core, const session::Session& session);

}  // namespace dray::shard
