// What GET answers, as messages: $dray/watch/<path, with its query> (shard/watches.h has who may subscribe).
//
//     $dray/watch/queues                  the very document of GET /api/v1/queues, at QoS 0
//     $dray/watch/sessions/v-7            ... or of the problem, if there is none
//
// Whoever begins to watch is sent it at once (and so may be those who watch it already). From then on it is
// asked for once every kWatchInterval, as any request is, and published if it has changed; what takes longer
// is not asked for again meanwhile. When nobody watches, nothing is asked. All that is watched is asked for
// at the same moment, so that what a page shows side by side belongs together.
//
// The property Content Type tells application/json from application/problem+json. A document for whom there
// is no place (kWatchesMax topics), which is too long, or never ends (GET /api/v1/events), is a problem, too.
//
// On the thread of the loop.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <set>
#include <string>

#include "admin/event_loop.h"
#include "admin/http_message.h"
#include "admin/router.h"
#include "admin/switchboard.h"
#include "session/message.h"
#include "shard/shard_message.h"

namespace dray::admin {

inline constexpr std::chrono::milliseconds kWatchInterval{1000};
inline constexpr std::size_t kWatchesMax = 64;  // topics
inline constexpr std::size_t kWatchDocumentBytesMax = 1024 * 1024;

class Watches {
  public:
    // All outlive this.
    Watches(EventLoop& loop, Switchboard& switchboard, const Router& router);
    Watches(const Watches&) = delete;
    Watches& operator=(const Watches&) = delete;

  private:
    struct Watch {
        std::set<shard::ShardIndex> shards;  // with subscribers
        session::MessageRef last;            // what they were sent; none yet
        bool is_asked = false;               // and not answered
        bool is_settled = false;             // there will be no other answer
    };

    void hear(shard::ShardIndex from, const shard::WatchNews& news);
    void look(const std::string& topic, Watch& watch);
    void look_at_all();
    void take(const std::string& topic, HttpResponse answer);
    void send(shard::ShardIndex to, const session::MessageRef& message);

    EventLoop& loop_;
    Switchboard& switchboard_;
    const Router& router_;
    std::map<std::string, Watch> watches_;  // by topic
    bool is_looking_ = false;               // look_at_all() will be called
};

}  // namespace dray::admin
