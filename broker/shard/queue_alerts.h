// Alerts: a queue that holds too much, or something for too long, says so by a retained message
//
//     alert/queue/jobs    {"queue":"jobs","messages":1000,"oldest_age_ms":4210,"alert_messages":1000,
//                          "alert_age_ms":0,"since":"2026-03-01T12:00:00.000Z"}
//
// of QoS 1: how it was when that began. It is taken back, by an empty one, when both are below 7/8 of their
// limits again, so that a queue at its limit does not say so with every message.
//
// Lives on the queue's home shard.
#pragma once

#include <string_view>

#include "base/instant.h"

namespace dray::shard {

struct Core;
struct Queue;

struct QueueAlert {
    bool is_on = false;
    bool may_be_left_over = false;  // on disk, from before the start
};

// Begins it or takes it back. Returns when the oldest message will be too old; kNever if nothing will.
Instant look_at_alert(Core& core, Queue& queue);
// The queue is deleted.
void take_back_alert(Core& core, Queue& queue);
// A queue does not take in its own: as it would be longer by that, it might alert for ever.
bool is_alert_of(const Queue& queue, std::string_view topic);

}  // namespace dray::shard
