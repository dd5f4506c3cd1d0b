// What a shard wants done after its inputs. The reactor carries the effects out at the end of the turn, in
// the order of the members, and clears them; a simulation does the same without sockets.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "shard/link_id.h"
#include "shard/shard_message.h"
#include "shard/store_batch.h"
#include "shard/store_read.h"

namespace dray::shard {

struct Effects {
    // Records to commit, before anything below leaves this shard; it is told by durable(sequence).
    struct Commit {
        StoreSequence sequence = 0;  // 0 = nothing to commit
        StoreBatch batch;
    };
    Commit commit;

    // What to read; each is answered by read_done().
    std::vector<StoreRead> reads;

    // Messages for other shards; those to one shard arrive in this order.
    struct Forward {
        ShardIndex to = 0;
        ShardMessage message;
    };
    std::vector<Forward> forwards;

    // The client on this link belongs to another shard (it is the one that its client id hashes to). Take the
    // connection there with every byte that was not consumed: its CONNECT is the first of them. The link is
    // gone here.
    struct Handover {
        LinkId link;
        ShardIndex to = 0;
    };
    std::vector<Handover> handovers;

    // Links whose outbox was empty and is not any more: gather and write, until written() has emptied it.
    std::vector<LinkId> flushes;

    // Write what the outbox holds, as far as the socket takes it now, and close. Then tell the shard by
    // closed().
    struct Close {
        LinkId link;
        mqtt::ReasonCode reason{};
        const char* why = "";   // in words, for the log; a literal
        std::string client_id;  // who; empty if it never said
    };
    std::vector<Close> closes;

    // Stop reading from a link, or go on: how a publisher is slowed down.
    struct Reading {
        LinkId link;
        bool on = true;
    };
    std::vector<Reading> readings;

    // For the log: what of the store is damaged (damage.h).
    struct Damage {
        std::string where;
        std::string what;
        std::uint64_t messages_lost = 0;
    };
    std::vector<Damage> damages;

    // For the log: what a connected client may not publish or subscribe. The first few of a turn: the
    // statistics count all.
    struct Refusal {
        static constexpr std::size_t kCountMax = 20;
        const char* what = "";  // "publish", "subscribe"; a literal
        std::string topic;
        std::string client_id;
        std::string user_name;
        mqtt::ReasonCode reason{};
        const char* why = "";  // a literal
    };
    std::vector<Refusal> refusals;

    bool empty() const {
        return commit.sequence == 0 && reads.empty() && forwards.empty() && handovers.empty() &&
               flushes.empty() && closes.empty() && readings.empty() && damages.empty() && refusals.empty();
    }
    void clear() {
        commit = {};
        reads.clear();
        forwards.clear();
        handovers.clear();
        flushes.clear();
        closes.clear();
        readings.clear();
        damages.clear();
        refusals.clear();
    }
};

}  // namespace dray::shard
